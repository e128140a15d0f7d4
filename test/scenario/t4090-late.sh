#!/bin/sh
# What we owe later than the deadline of its data type is told once, and sent
# when it can be; what has an end of life is not sent after it.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
start_region
post "$source/demo/school.xml" demo-school-key -H 'Prefer: wait=30' >/dev/null
wait_quiet 40 || not_ok 'the queues do not run empty'
stop_daemon
sed -i '/^datatype "zags-rogdzp"/a\	deadline_s = 1' "$work/kontingentd.conf"
start_daemon
emu_script 'fault element DestinationOverflow on SendResponse type zags-rogdzp' || not_ok 'the script is not taken'
emu_send zags "$source/demo/birth.xml"
late() {
	sed -n 's/.* packet=\([^ ]*\) stage=answer .*result=late code=SMEV_RESPONSE_LATE.*/\1/p' "$work/kontingentd.log"
}
is_late() {
	[ -n "$(late)" ]
}
wait_for 30 is_late && ok 'a response that does not get through in time is late' || not_ok "it is not: $(ctl queue show)"
request=$(emu_state | jq -r '.messages[] | select(.kind == "request" and .sender == "zags") | .meta_id')
expect 'it is the one to that request' "$request" "$(late)"
ctl packet trace "$request" >"$work/trace"
expect_grep 'the journal has it' 'late .*SMEV_RESPONSE_LATE' "$work/trace"
ctl queue show zags >"$work/show"
expect_grep 'who looks at the queue sees it' 'SMEV_DEST_OVERFLOW: .*ПРОСРОЧЕНО$' "$work/show"
curl -s "http://127.0.0.1:$http_port/metrics" >"$work/metrics"
expect_grep 'it is counted' '^kontingent_smev_late_total\{.*\} 1$' "$work/metrics"
sleep 3
expect 'and told once' 1 "$(late | wc -l)"
emu_script 'clear faults'
answered() {
	[ "$(emu_state | jq '[.messages[] | select(.root == "ROGDZPResponse" and .state == "acked")] | length')" = "$1" ]
}
wait_for 60 answered 1 && ok 'it is sent when it can be' || not_ok "it is not: $(ctl queue show)"
wait_quiet 60 || not_ok 'the queues do not run empty'

# Nobody but a table can give a row an end of life that is over at once.
emu_script 'fault element DestinationOverflow on SendResponse type zags-rogdzp' || not_ok 'the script is not taken'
sed 's/demo-birth-1/birth-2/; s/100002002/100003002/; s/700002/701002/; s/Новинка/Новинкаа/' "$source/demo/birth.xml" >"$work/birth.xml"
emu_send zags "$work/birth.xml"
waits() {
	[ "$(ctl queue --json | jq -r 'select(.code == "SMEV_DEST_OVERFLOW" and .side == "out") | .count')" = 1 ]
}
wait_for 30 waits || not_ok "no answer waits: $(ctl queue)"
stop_daemon
sqlite3 "$work/state/kontingent.db" "UPDATE envelope SET eol_ms = 1 WHERE state = 'waiting'"
emu_script 'clear faults'
start_daemon
held() {
	ctl queue show held --json | jq -r .code | grep -x SMEV_END_OF_LIFE
}
wait_for 30 held && ok 'what has come to its end of life is held' || not_ok "it is not: $(ctl queue show)"
answered 1 && ok 'and was not sent' || not_ok 'it was sent'
wait_for 20 ctl balance && ok 'the balance is right' || not_ok "the balance: $(ctl balance --json)"
finish
