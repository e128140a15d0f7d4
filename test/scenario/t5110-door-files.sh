#!/bin/sh
# Attachments of systems behind the door: by path, in their folders, to SMEV and
# from it.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/scenario/folder.sh
. "$(dirname "$0")/folder.sh"
[ -n "$python" ] || skip_all 'no python3-zeep'
DEMO_CONF="$DEMO_CONF
$(printf 'datatype "plain" {\n\tnamespace = "urn://x-test/plain/1.0"\n\trequest_root = "Ask"\n\tresponse_root = "Answer"\n\trole = "provider"\n\tadapter = "door"\n\tit_system = {"other-is"}\n}')"
DEMO_SMEVEMU="$DEMO_SMEVEMU
type plain provider rs-50
version urn://x-test/plain/1.0 Ask Answer"
# shellcheck source=test/scenario/files.sh
. "$source/test/scenario/files.sh"
export SCENARIO_SMEVSIGN="$build/smevsign"
# The first message that brings files sees the filer die between two of them, and
# the store before it has noted the last one.
export KONTINGENT_FAILPOINTS='filer.given=kill:1,door.lettered=kill:2'
start_files
unset KONTINGENT_FAILPOINTS
door_tests "$source/test/scenario/files_talk.py"
expect 'filer and store did die meanwhile' '1 1' "$(for role in filer store; do
	grep -c "event=died role=$role .*signal=9" "$work/kontingentd.log"
done | paste -sd ' ')"
expect 'the balance is right' true "$(balance right)"
ctl verify-journal >/dev/null && ok 'the journal is whole' || not_ok 'the journal is not whole'
finish
