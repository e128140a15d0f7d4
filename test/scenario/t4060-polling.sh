#!/bin/sh
# One type's flood does not keep another one waiting; an unknown selector rests
# alone; what the status queue says holds the message that it is about.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
start_region
stop_daemon
# GetLearner has a selector of its own; SMEV knows nothing of "nobody".
sed -i '/^datatype "federal-learner"/a\	poll = "own"
	/^smev {/a\	poll_status_ms = 200\n	calls_per_s = 40\n	node_id = "node-1"' "$work/kontingentd.conf"
cat >>"$work/kontingentd.conf" <<'CONF'
datatype "nobody" {
	namespace = "urn://x-nobody/1.0.0"
	request_root = "Request"
	response_root = "Response"
	role = "provider"
	adapter = "zags-fatal"
	source = "zags"
	poll = "own"
}
CONF
births=40
person=10
while [ $person -lt $((10 + births)) ]; do
	sed "s/demo-birth-1/birth-$person/; s/100002002/1000300$person/; s/700002/7010$person/; s/Новинка/Новинка$(printf '%s' "$person" | sed y/0123456789/абвгдежзик/)/" \
	    "$source/demo/birth.xml" >"$work/birth.xml"
	emu_send zags "$work/birth.xml"
	person=$((person + 1))
done
emu_send federal "$source/demo/get-learner.xml"
# acked ROOT: how many answers of that kind were taken
acked() {
	emu_state | jq --arg root "$1" '[.messages[] | select(.root == $root and .state == "acked")] | length'
}
learner_answered() {
	[ "$(emu_state | jq '[.messages[] | select(.root == "GetLearnerRequest") | .answers] | add')" = 1 ]
}
start_daemon
wait_for 30 learner_answered && ok 'a type with its own selector is served' || not_ok "it is not: $(ctl queue)"
[ "$(acked ROGDZPResponse)" -lt $births ] && ok 'although the flood of another came first' ||
    not_ok 'it waited behind the flood'
all_answered() {
	[ "$(acked ROGDZPResponse)" = $births ]
}
wait_for 60 all_answered && ok 'the flood is served, too' || not_ok "it is not: $(acked ROGDZPResponse) $(ctl queue)"

ctl queue --json | jq -c 'select(.side == "rest" and .lane == "poll")' >"$work/rests"
expect_grep 'an unknown selector rests' '"name":"nobody".*"code":"SMEV_UNKNOWN_TYPE"' "$work/rests"
expect 'and no other does' 1 "$(wc -l <"$work/rests")"
expect_grep 'the log has it' 'stage=poll of=nobody result=failed code=SMEV_UNKNOWN_TYPE' "$work/kontingentd.log"

# Who is not in the settings any more does not rest either.
stop_daemon
sed -i '/^datatype "nobody"/,/^}/d' "$work/kontingentd.conf"
start_daemon
expect 'one that the settings name no more is forgotten' '' \
    "$(ctl queue --json | jq -c 'select(.side == "rest" and .lane == "poll")')"

# A node has its own queue of responses.
post "$source/demo/school.xml" demo-school-key -H 'Prefer: wait=30' >/dev/null
post "$source/demo/learners.xml" demo-school-key -H 'Prefer: wait=30' >/dev/null
number=$(ctl person find Примеров --json | jq -r 'select(.given_name == "Пример") | .regional_number')
guid() {
	ctl person show "$number" --json | jq -re '.person.federal_guid'
}
wait_for 40 guid && ok 'answers come into the queue of the node' || not_ok "no answer comes: $(ctl queue)"

# SMEV takes the first answer and rejects it afterwards.
wait_quiet 60 || not_ok 'the queues do not run empty'
emu_script 'fault async-reject InvalidContent on SendResponse type zags-rogdzp times 1' || not_ok 'the script is not taken'
for person in 70 71; do
	sed "s/demo-birth-1/birth-$person/; s/100002002/1000300$person/; s/700002/7010$person/; s/Новинка/Новинка$(printf '%s' "$person" | sed y/0123456789/абвгдежзик/)/" \
	    "$source/demo/birth.xml" >"$work/birth.xml"
	emu_send zags "$work/birth.xml"
done
held() {
	ctl queue show held --json | jq -r .message_id | grep .
}
wait_for 30 held && ok 'an answer that SMEV rejected is held' || not_ok "nothing is held: $(ctl queue)"
expect 'that one, and no other' "$(emu_state | jq -r '.messages[] | select(.kind == "response" and .state == "rejected") | .id')" "$(held)"
ctl queue show held >"$work/held"
expect_grep 'and says why' 'SMEV_403: ' "$work/held"
statuses() {
	[ "$(emu_state | jq '[.messages[] | select(.kind == "status" and .state == "acked")] | length')" = 1 ]
}
wait_for 20 statuses && ok 'the status is confirmed' || not_ok "it is not: $(emu_state | jq -c '[.messages[] | select(.kind == "status")]')"

ctl smev queues >"$work/queues" && ok 'SMEV is asked how much waits' || not_ok "it is not: $(cat "$work/queues")"
expect_grep 'and each queue has a number' '^ +0  ' "$work/queues"
stop_daemon
ctl smev queues >"$work/queues" 2>&1 && not_ok 'without the daemon nobody asks SMEV' || ok 'without the daemon nobody asks SMEV'
finish
