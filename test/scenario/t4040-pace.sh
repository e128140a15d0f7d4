#!/bin/sh
# SMEV says that we call too often, and a receiver that it has no room: we rest,
# the others go on, and all arrives in the end.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
start_region
post "$source/demo/school.xml" demo-school-key -H 'Prefer: wait=30' >/dev/null
post "$source/demo/learners.xml" demo-school-key -H 'Prefer: wait=30' >/dev/null
wait_quiet 40 || not_ok 'the queues do not run empty'

answered() {
	emu_state | jq -e --arg root "$1" 'any(.messages[]; .root == $root and .state == "acked")'
}
overflows() {
	ctl queue --json | jq -re 'select(.code == "SMEV_DEST_OVERFLOW") | .name' | grep -q .
}
emu_script 'fault element DestinationOverflow on SendResponse type zags-rogdzp' || not_ok 'the script is not taken'
emu_send zags "$source/demo/birth.xml"
wait_for 30 overflows && ok 'a receiver has no room' || not_ok "no receiver is full: $(ctl queue)"
emu_send federal "$source/demo/get-learner.xml"
wait_for 30 answered GetLearnerResponse && ok 'another one is answered meanwhile' ||
    not_ok "another one is not answered: $(ctl queue)"
overflows && ok 'the first one waits, and says why' || not_ok "it does not wait: $(ctl queue)"
emu_script 'clear faults'
wait_for 30 answered ROGDZPResponse && ok 'it is answered when it has room' ||
    not_ok "it is not answered: $(ctl queue)"

emu_script 'participant rs-50 limit 6' || not_ok 'the limit is not taken'
limited() {
	grep -q 'code=SMEV_RATE_LIMIT' "$work/kontingentd.log"
}
for person in 1 2 3 4 5 6; do
	sed "s/demo-birth-1/birth-$person/; s/100002002/10000300$person/; s/700002/70010$person/; s/Новинка/Новинка$(echo $person | sed y/123456/абвгде/)/" \
	    "$source/demo/birth.xml" >"$work/birth.xml"
	emu_send zags "$work/birth.xml"
done
wait_for 30 limited && ok 'SMEV says that we call too often' || not_ok 'the limit is never met'
all_answered() {
	[ "$(emu_state | jq '[.messages[] | select(.root == "ROGDZPResponse" and .state == "acked")] | length')" = 7 ]
}
wait_for 60 all_answered && ok 'all are answered in the end' || not_ok "not all are answered: $(emu_state | jq -c "[.messages[] | select(.kind == \"response\") | [.root, .state, .answer]]")"
emu_script 'participant rs-50 limit 0'
wait_quiet 60 || not_ok 'the queues do not run empty'
wait_for 20 all_delivered && ok 'the balance is right' || not_ok "the balance: $(ctl balance --json)"
expect 'nothing is held' '0 0' "$(fields held out_held)"
finish
