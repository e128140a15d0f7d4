#!/bin/sh
# A packet that comes again gets its first answer; nothing is done twice.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/scenario/packets.sh
. "$(dirname "$0")/packets.sh"
start_region

same_answer() {
	if cmp -s "$work/answer" "$2"; then
		ok "$1"
	else
		not_ok "$1: $(cat "$work/answer")"
	fi
}

learners_packet "$work/a.xml" 1 2
expect 'a packet is received' 202 "$(post "$work/a.xml" demo-school-key)"
cp "$work/answer" "$work/receipt"
expect 'it comes again at once' 202 "$(post "$work/a.xml" demo-school-key)"
same_answer 'and gets the same receipt, byte for byte' "$work/receipt"
wait_quiet 40
expect 'it comes again when it is done' 202 "$(post "$work/a.xml" demo-school-key)"
same_answer 'and gets the same receipt still' "$work/receipt"

learners_packet "$work/b.xml" 2 2
expect 'a packet whose sender waits' 200 \
    "$(post "$work/b.xml" demo-school-key -H 'Prefer: wait=30')"
cp "$work/answer" "$work/protocol"
expect 'comes again' 200 "$(post "$work/b.xml" demo-school-key -H 'Prefer: wait=30')"
same_answer 'and gets the same protocol' "$work/protocol"
expect 'GET finds it' 200 "$(get "/v1/packets/$(new_id 2)")"
same_answer 'and gives the same protocol' "$work/protocol"

sed 's/Тестович/Пробович/' "$work/a.xml" >"$work/other.xml"
expect 'the same id with other content is refused with 409' 409 \
    "$(post "$work/other.xml" demo-school-key)"
expect 'with the code' PKT_CONFLICT "$(codes "$work/answer")"
valid 'the refusal'
expect 'another source may use the same id' 202 \
    "$(sed 's/sgo-school/zags-office/' "$source/demo/civil-act.xml" |
	sed "s/11111111-0000-4000-8000-000000000005/$(new_id 1)/" >"$work/act.xml"
	post "$work/act.xml" demo-zags-key)"
expect 'a packet nobody sent is not found' 404 "$(get "/v1/packets/$(new_id 99)")"
expect 'with the code' PKT_NOT_FOUND "$(codes "$work/answer")"
valid 'the answer'
expect 'nor is a packet of another source' 404 "$(get "/v1/packets/$(new_id 2)" demo-zags-key)"

wait_quiet 40
accepted=$(balance accepted)
persons=$(ctl status --json | jq -r 'select(.persons != null) | .persons')
stop_daemon
start_daemon
expect 'it comes again after a restart' 202 "$(post "$work/a.xml" demo-school-key)"
same_answer 'and gets the same receipt' "$work/receipt"
expect 'so does the other' 200 "$(post "$work/b.xml" demo-school-key -H 'Prefer: wait=30')"
same_answer 'and gets the same protocol' "$work/protocol"
expect 'the same id with other content is still refused' 409 \
    "$(post "$work/other.xml" demo-school-key)"
expect 'none of that counts as accepted' "$accepted" "$(balance accepted)"
expect 'the registry has not grown' "$persons" \
    "$(ctl status --json | jq -r 'select(.persons != null) | .persons')"
finish
