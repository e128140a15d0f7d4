#!/bin/sh
# Of three receivers one is full and one comes and goes, and the third does not
# notice.  Who waits says why and until when, and a restart does not forget.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
export DEMO_RETRY_MS=1000 DEMO_RETRY_CAP_MS=60000
start_region
stop_pid "$emu_pid"
sed -i 's/^participant federal /participant zags2 title "ЗАГС 2" role zags key keys\/sgo.key keys\/sgo.pem\n&/
    s/^type zags-fataloiv .*/type zags-fataloiv provider rs-50 consumers zags2/' "$work/smevemu.conf"
start_emu
post "$source/demo/school.xml" demo-school-key -H 'Prefer: wait=30' >/dev/null
post "$source/demo/learners.xml" demo-school-key -H 'Prefer: wait=30' >/dev/null
wait_quiet 40 || not_ok 'the queues do not run empty'

# send_births FROM TO: requests of ZAGS
send_births() {
	person=$1
	while [ "$person" -le "$2" ]; do
		sed "s/demo-birth-1/birth-$person/; s/100002002/1000300$person/; s/700002/7010$person/; s/Новинка/Новинка$(printf '%s' "$person" | sed y/0123456789/абвгдежзик/)/" \
		    "$source/demo/birth.xml" >"$work/birth.xml"
		emu_send zags "$work/birth.xml"
		person=$((person + 1))
	done
}
# send_deaths FROM TO: requests of another office
send_deaths() {
	person=$1
	while [ "$person" -le "$2" ]; do
		sed "s/demo-death-1/death-$person/; s/100003003/1000030$person/; s/ТЕ-1/ТЕ-$person/" "$source/demo/death.xml" >"$work/death.xml"
		emu_send zags2 "$work/death.xml"
		person=$((person + 1))
	done
}
# answered ROOT: how many answers of that kind were taken
answered() {
	emu_state | jq --arg root "$1" '[.messages[] | select(.root == $root and .state == "acked")] | length'
}
asked() {
	[ "$(answered GetLearnerResponse)" -ge "$1" ]
}
rests() {
	ctl queue --json | jq -e --arg name "$1" 'select(.side == "rest" and .lane == "answers" and .name == $name)'
}
zags_waits() {
	[ "$(ctl shape --json | jq -r 'select(.lane == "answers" and .name == "zags") | .total')" -ge "$1" ]
}
tried() {
	emu_state | jq '[.faults[]? | .hits] | .[0] // 0'
}

emu_script 'fault element DestinationOverflow on SendResponse type zags-rogdzp
fault element QuoteLimitExceeded on SendResponse type zags-fataloiv chance 50%' || not_ok 'the script is not taken'
send_births 10 24
send_deaths 10 19
wait_for 30 zags_waits 15 && ok 'fifteen answers wait for one who is full' || not_ok "they do not wait: $(ctl shape)"
wait_for 30 rests zags && ok 'it is left alone' || not_ok "it does not rest: $(ctl queue)"
hits=$(tried)
[ "$hits" -le 12 ] && ok 'and was not tried for each message' || not_ok "it was tried $hits times"
for n in 1 2 3 4 5; do
	emu_send federal "$source/demo/get-learner.xml"
	wait_for 20 asked $n || not_ok "answer $n of the other one does not come: $(ctl queue)"
done
asked 5 && ok 'who has room has five answers meanwhile'
flapped=$(emu_state | jq '[.faults[]? | .hits] | .[1]')
[ "$flapped" -ge 1 ] && ok 'one that flaps was refused meanwhile' || not_ok 'nothing flaps'
zags_waits 15 && ok 'while the others wait' || not_ok "they do not wait: $(ctl shape)"
expect 'none of the five was tried twice' 5 \
    "$(grep -c 'stage=send lane=answers to=federal .*attempt=1 result=delivered' "$work/kontingentd.log")"

ctl shape >"$work/shape"
expect_grep 'the shape has a row for it, with its pause' '^исх answers/zags +15 .*пауза [0-9]+ с SMEV_DEST_OVERFLOW' "$work/shape"
expect_grep 'and a row of totals' '^ИТОГО +(1[5-9]|2[0-9]) ' "$work/shape"
ctl queue show zags >"$work/show"
expect 'each waiting one is listed' 15 "$(grep -c '^out:[0-9]*  answers/zags  waiting' "$work/show")"
# One of them may be on its way just now, to see whether there is room.
[ "$(grep -c 'ещё [0-9]* с  SMEV_DEST_OVERFLOW: ' "$work/show")" -ge 14 ] && ok 'each says why and until when' ||
    not_ok "not each says why and until when: $(cat "$work/show")"
curl -s "http://127.0.0.1:$http_port/metrics" >"$work/metrics"
expect_grep 'metrics have it' '^kontingent_rest_seconds\{realm="answers",name="zags",code="SMEV_DEST_OVERFLOW"\} ' "$work/metrics"

stop_daemon
ctl shape >"$work/shape"
expect_grep 'the shape is shown without the daemon' '^исх answers/zags +15 ' "$work/shape"
wait_for 10 rests zags && ok 'and who rests' || not_ok "nobody rests: $(ctl queue --json 2>&1 | tr '\n' ' ')"
emu_script 'clear faults'
start_daemon
all_answered() {
	[ "$(answered ROGDZPResponse)" = 15 ]
}
wait_for 60 all_answered && ok 'all go when there is room' || not_ok "they do not go: $(ctl queue)"
gone() {
	[ -z "$(rests zags)" ]
}
wait_for 10 gone && ok 'and it rests no more' || not_ok "it rests: $(ctl queue)"

# The one that flaps had its answers meanwhile, as often as it had room.
all_deaths() {
	[ "$(emu_state | jq '[.messages[] | select(.kind == "response" and .recipient == "zags2" and .state == "acked")] | length')" = 10 ]
}
wait_for 90 all_deaths && ok 'one that flaps has all in the end' || not_ok "it has not: $(ctl queue)"
wait_quiet 60 || not_ok 'the queues do not run empty'
wait_for 20 all_delivered && ok 'the balance is right' || not_ok "the balance: $(ctl balance --json)"
expect 'nothing is held' '0 0' "$(fields held out_held)"
finish
