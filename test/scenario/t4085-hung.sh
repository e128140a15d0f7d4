#!/bin/sh
# SMEV takes what is for one receiver and never says so: nobody else waits for
# that, and nothing goes there twice.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
export DEMO_TIMEOUT_MS=2000 DEMO_RETRY_CAP_MS=4000
start_region
post "$source/demo/school.xml" demo-school-key -H 'Prefer: wait=30' >/dev/null
post "$source/demo/learners.xml" demo-school-key -H 'Prefer: wait=30' >/dev/null
wait_quiet 40 || not_ok 'the queues do not run empty'
emu_script 'fault silent on SendResponse type zags-rogdzp' || not_ok 'the script is not taken'
births=12
person=10
while [ $person -lt $((10 + births)) ]; do
	sed "s/demo-birth-1/birth-$person/; s/100002002/1000300$person/; s/700002/7010$person/; s/Новинка/Новинка$(printf '%s' "$person" | sed y/0123456789/абвгдежзик/)/" \
	    "$source/demo/birth.xml" >"$work/birth.xml"
	emu_send zags "$work/birth.xml"
	person=$((person + 1))
done
hung() {
	grep -c 'stage=send lane=answers to=zags .*code=SMEV_UNREACHABLE' "$work/kontingentd.log"
}
hangs() {
	[ "$(hung)" -ge "$1" ]
}
asked() {
	[ "$(emu_state | jq '[.messages[] | select(.root == "GetLearnerResponse" and .state == "acked")] | length')" -ge "$1" ]
}
# As long as calls hang, and end, and hang again.
n=0
while ! hangs 6; do
	n=$((n + 1))
	emu_send federal "$source/demo/get-learner.xml"
	wait_for 20 asked $n || { not_ok "answer $n of the other one does not come: $(ctl queue)"; break; }
	sleep 0.2
done
hangs 6 && ok 'calls for one receiver hang'
[ $n -ge 5 ] && ok "and another one is answered meanwhile" || not_ok "only $n answers went meanwhile"
expect 'each at once' "$n" "$(grep -c 'stage=send lane=answers to=federal .*attempt=1 result=delivered' "$work/kontingentd.log")"
expect 'SMEV is not held to be away' 0 "$(grep -c 'stage=call to=smev result=rests' "$work/kontingentd.log")"
emu_script 'clear faults'
all_answered() {
	[ "$(emu_state | jq '[.messages[] | select(.root == "ROGDZPResponse" and .state == "acked")] | length')" = $births ]
}
wait_for 60 all_answered && ok 'all are there in the end' || not_ok "they are not: $(ctl queue)"
wait_quiet 60 || not_ok 'the queues do not run empty'
expect 'none twice' 0 "$(emu_state | jq '[.messages[] | select(.kind == "request" and .answers > 1)] | length')"
wait_for 20 all_delivered && ok 'the balance is right' || not_ok "the balance: $(ctl balance --json)"
finish
