#!/bin/sh
# SMEV goes away: all calls wait, one probes, and all goes on by itself.  SMEV's
# rate limit is learnt, kept over a restart, and creeps up again.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
export DEMO_RETRY_MS=500 DEMO_RETRY_CAP_MS=40000
start_region
post "$source/demo/school.xml" demo-school-key -H 'Prefer: wait=30' >/dev/null
wait_quiet 40 || not_ok 'the queues do not run empty'
rests() {
	ctl queue --json | jq -ce 'select(.side == "rest" and .lane == "smev")' | grep -E "$1"
}
calls() {
	curl -s "http://127.0.0.1:$http_port/metrics" | awk '/^kontingent_courier_calls_total/ { n += $2 } END { print n + 0 }'
}

stop_pid "$emu_pid"
wait_for 30 rests SMEV_UNREACHABLE && ok 'SMEV is away, and left alone' || not_ok "it is not left alone: $(ctl queue)"
post "$source/demo/learners.xml" demo-school-key -H 'Prefer: wait=30' >/dev/null
before=$(calls)
rests_many() {
	[ "$(ctl queue --json | jq 'select(.side == "rest" and .lane == "smev") | .count')" -ge "$1" ]
}
wait_for 60 rests_many 4 && ok 'pauses follow one another' || not_ok "they do not: $(ctl queue)"
# At most one probe a pause, and what had begun before.
[ $(($(calls) - before)) -le 8 ] && ok 'and only probes are sent meanwhile' || not_ok "$(($(calls) - before)) calls were made"
ctl queue show federal-push >"$work/show"
expect_grep 'what waits says why and until when' 'ещё [0-9]+ с  SMEV_UNREACHABLE: ' "$work/show"
start_emu
wait_for 60 all_delivered && ok 'all goes on when SMEV is back' || not_ok "it does not: $(ctl queue)"
rests . >/dev/null && not_ok "SMEV still rests: $(ctl queue)" || ok 'and nothing rests'

emu_script 'participant rs-50 limit 8' || not_ok 'the limit is not taken'
learnt() {
	ctl queue --json | jq -r 'select(.side == "rest" and .lane == "smev") | .calls_in_1000_s'
}
limited() {
	[ "$(learnt)" -gt 0 ]
}
n=20
while [ $n -lt 30 ]; do
	sed "s/demo-birth-1/birth-$n/; s/100002002/1000300$n/; s/700002/7010$n/; s/Новинка/Новинка$(printf '%s' "$n" | sed y/0123456789/абвгдежзик/)/" \
	    "$source/demo/birth.xml" >"$work/birth.xml"
	emu_send zags "$work/birth.xml"
	n=$((n + 1))
done
wait_for 30 limited && ok 'the rate limit of SMEV is learnt' || not_ok "it is not: $(ctl queue)"
stop_daemon
limited && ok 'it is known while the daemon is stopped' || not_ok "it is not: $(ctl queue)"
start_daemon
limited && ok 'and after a restart' || not_ok "it is not: $(ctl queue)"
all_answered() {
	[ "$(emu_state | jq '[.messages[] | select(.root == "ROGDZPResponse" and .state == "acked")] | length')" = 10 ]
}
wait_for 120 all_answered && ok 'all are answered at that pace' || not_ok "they are not: $(ctl queue)"
hits=$(grep -c 'stage=call to=smev result=rests .*SMEV_RATE_LIMIT' "$work/kontingentd.log")
[ "$hits" -le 12 ] && ok 'and SMEV had to say so a few times only' || not_ok "SMEV had to say so $hits times"

# In two seconds what was learnt doubles, until it is no limit any more.
emu_script 'participant rs-50 limit 0'
stop_daemon
sed -i 's/^smev {/&\n	calls_learn_s = 1\n	calls_per_s = 50/' "$work/kontingentd.conf"
start_daemon
free() {
	[ -z "$(learnt)" ]
}
wait_for 90 free && ok 'the learnt limit creeps up until it is none' || not_ok "it does not: $(ctl queue)"
wait_quiet 60 || not_ok 'the queues do not run empty'
wait_for 20 all_delivered && ok 'the balance is right' || not_ok "the balance: $(ctl balance --json)"
expect 'nothing is held' '0 0' "$(fields held out_held)"
finish
