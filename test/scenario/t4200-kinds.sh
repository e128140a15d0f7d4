#!/bin/sh
# An SMEV that is told what to say gives every kind of message there is: each has its fate, and no
# answer is ever credited to what it does not answer.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/scenario/told.sh
. "$(dirname "$0")/told.sh"
DEMO_SED='s|^smev {|&\n\tpoll_status_ms = 100|'
start_told
told_tests "$source/test/scenario/kinds.py"
judge_told
finish
