#!/bin/sh
# A daemon that polls once a day is woken by the emulator's notices, and has the
# message as soon as it is there.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
start_region
post "$source/demo/school.xml" demo-school-key -H 'Prefer: wait=30' >/dev/null
post "$source/demo/learners.xml" demo-school-key -H 'Prefer: wait=30' >/dev/null
wait_quiet 40 || not_ok 'the queues do not run empty'
stop_daemon
sed -i "s/^	poll_slow_ms.*/	poll_slow_ms = 86400000\n	poll_status_ms = 86400000\n	push_from = {\"127.0.0.1\"}/
    s/^	poll_fast_ms.*/	poll_fast_ms = 2000/" "$work/kontingentd.conf"
start_daemon
polls() {
	curl -s "http://127.0.0.1:$http_port/metrics" | awk '/^kontingent_smev_polls_total/ { n += $2 } END { print n + 0 }'
}
# Twice as long each time: soon nobody asks any more.
asleep() {
	before=$(polls)
	sleep 3
	[ "$(polls)" = "$before" ]
}
wait_for 60 asleep && ok 'a poller that may sleep for a day does' || not_ok 'the poller does not rest'
emu_script "participant rs-50 push http://127.0.0.1:$http_port/ws/push" || not_ok 'the url is not taken'
emu_send zags "$source/demo/birth.xml"
answered() {
	emu_state | jq -e 'any(.messages[]; .root == "ROGDZPResponse" and .state == "acked")'
}
wait_for 60 answered && ok 'a notice of the emulator wakes it' || not_ok "nothing wakes it: $(emu_state | jq -c '.participants[0]')"
expect 'which it has taken' true "$(emu_state |
    jq '.participants[] | select(.name == "rs-50") | .pushes > 0 and .push_failures == 0')"
finish
