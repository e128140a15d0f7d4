#!/bin/sh
# Pages, redirects, faults with any status, packed and in pieces, and what was
# published of SMEV: each is read for what it is.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/scenario/told.sh
. "$(dirname "$0")/told.sh"
export DEMO_RETRY_MS=50 DEMO_RETRY_CAP_MS=200 DEMO_ACK_MS=1000
start_told
told_tests "$source/test/scenario/wire.py"
judge_told
finish
