#!/bin/sh
# SMEV is away: at first, and later again.  Everything arrives in the end.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/scenario/packets.sh
. "$(dirname "$0")/packets.sh"
export DEMO_RETRY_CAP_MS=500
start_region
stop_daemon
stop_pid "$emu_pid"
start_daemon && ok 'the daemon starts without SMEV' || not_ok 'the daemon does not start without SMEV'
tried() {
	grep -q 'code=SMEV_UNREACHABLE' "$work/kontingentd.log"
}

expect 'a school is served' 200 "$(post "$source/demo/school.xml" demo-school-key -H 'Prefer: wait=30')"
expect 'its learners are applied' '200 ACCEPTED' \
    "$(post "$source/demo/learners.xml" demo-school-key -H 'Prefer: wait=30') $(field Status "$work/answer")"
wait_for 30 tried && ok 'sending was tried' || not_ok 'sending was not tried'
fields owed out_waiting delivered >"$work/owed"
expect 'what is owed waits' "$(cut -d' ' -f1 "$work/owed") 0" "$(cut -d' ' -f2- "$work/owed")"
[ "$(balance owed)" -gt 0 ] && ok 'something is owed' || not_ok 'nothing is owed'
ctl queue >"$work/queue"
expect_grep 'the queue says why and until when' 'SMEV_UNREACHABLE' "$work/queue"
expect 'the balance is right meanwhile' true "$(balance right)"

start_emu
wait_quiet 50 || not_ok 'the queues do not run empty when SMEV is there'
wait_for 20 all_delivered && ok 'everything is delivered' || not_ok "everything is delivered: $(ctl balance --json)"
emu_state | jq -r '.messages[] | select(.root == "PushChangesRequest") | .id' | while read -r id; do
	curl -sf "http://127.0.0.1:$smev_port/emu/messages/$id"
done >"$work/pushed"
for name in Примеров Тестова Образцов; do
	number=$(ctl person find $name --json | jq -r "select(.surname == \"$name\") | .regional_number")
	expect_grep "the federal segment has $name" "RegionalNumber>$number<" "$work/pushed"
done

# Away in the middle, with all that it knew.
stop_pid "$emu_pid"
post "$source/demo/enrolments.xml" demo-school-key -H 'Prefer: wait=30' >/dev/null
learners_packet "$work/a.xml" 1 5
i=0
while [ $i -lt 4 ]; do
	i=$((i + 1))
	learner "$(surname $i)" $((2009 + i))-05-14 '' "71000$i" | record 1 "R-$i" |
	    packet "$work/a.xml" "$(new_id $i)" LEARNER 1
	post "$work/a.xml" demo-school-key -H 'Prefer: wait=30' >/dev/null
	[ $i -ne 2 ] || { stop_daemon; start_daemon; }
done
[ "$(balance out_waiting)" -gt 0 ] && ok 'something waits' || not_ok 'nothing waits'
start_emu
wait_quiet 50 || not_ok 'the queues do not run empty after the second time'
wait_for 20 all_delivered && ok 'all is delivered again' || not_ok "all is delivered again: $(ctl balance --json)"
emu_send zags "$source/demo/birth.xml"
wait_for 30 sh -c "curl -s http://127.0.0.1:$smev_port/emu/state | jq -e 'any(.messages[]; .root == \"ROGDZPResponse\" and .state == \"acked\")'" &&
    ok 'polling goes on, too' || not_ok 'polling does not go on'
wait_quiet 40 || not_ok 'the queues do not run empty at the end'
expect 'the balance is right' 'true 0' "$(balance right) $(balance waiting)"
ctl verify-journal >/dev/null && ok 'the journal is whole' || not_ok 'the journal is not whole'
finish
