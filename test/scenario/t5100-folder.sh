#!/bin/sh
# Systems behind the adapter's door that talk by folders: out/ and in/.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/scenario/folder.sh
. "$(dirname "$0")/folder.sh"
[ -n "$python" ] || skip_all 'no python3-zeep'
start_region
door_tests "$source/test/scenario/folder_talk.py"
wait_for 30 is_quiet || not_ok 'the queues do not run empty'
expect 'the balance is right' true "$(balance right)"
ctl verify-journal >/dev/null && ok 'the journal is whole' || not_ok 'the journal is not whole'
finish
