#!/bin/sh
# Systems behind the adapter's door, as an independent SOAP client sees it.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/scenario/door.sh
. "$(dirname "$0")/door.sh"
[ -n "$python" ] || skip_all 'no python3-zeep'
start_region
door_tests "$source/test/scenario/door_talk.py"
wait_for 30 is_quiet || not_ok 'the queues do not run empty'
expect 'the balance is right' true "$(balance right)"
expect 'nothing waits or is held' '0 0 0 0' "$(fields waiting held out_waiting out_held)"
ctl verify-journal >/dev/null && ok 'the journal is whole' || not_ok 'the journal is not whole'
finish
