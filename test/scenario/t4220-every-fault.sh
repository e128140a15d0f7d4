#!/bin/sh
# Every fault of SMEV, to each operation, has the fate of its row in codes.tsv.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/scenario/told.sh
. "$(dirname "$0")/told.sh"
export DEMO_RETRY_MS=50 DEMO_RETRY_CAP_MS=200 DEMO_ACK_MS=1000
DEMO_SED='s|^smev {|&\n\tpoll_status_ms = 100|'
start_told
told_tests "$source/test/scenario/faults.py"
judge_told
finish
