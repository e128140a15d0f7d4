#!/bin/sh
# Two nodes on one database: each takes packets, polls and sends; one of them
# is killed and comes back, and meanwhile the other one does its work.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
[ -n "${KONTINGENT_TEST_PGSQL:-}" ] || skip_all 'no PostgreSQL'
# shellcheck source=test/scenario/packets.sh
. "$(dirname "$0")/packets.sh"
# shellcheck source=test/scenario/kill.sh
. "$(dirname "$0")/kill.sh"
export SCENARIO_DATABASE=pgsql DEMO_LEASE_MS=3000 DEMO_RETRY_CAP_MS=500 DEMO_ACK_MS=1000
start_region
two=$work/two
two_port=$(free_port)
two_pid=''
mkdir -p "$two/state" "$two/run"
sed "s|127.0.0.1:$http_port|127.0.0.1:$two_port|
	s|$work/run/control|$two/run/control|
	s|^state_folder = .*|state_folder = \"$two/state\"|
	s|^region = .*|&\nnode = 2|" "$work/kontingentd.conf" >"$two/kontingentd.conf"

launch_two() {
	"$build/kontingentd" -c "$two/kontingentd.conf" >>"$two/kontingentd.log" 2>&1 &
	two_pid=$!
}

start_two() {
	launch_two
	wait_for 30 curl -sf --max-time 5 -o /dev/null "http://127.0.0.1:$two_port/readyz"
}

# At either node.
at_two() {
	(http_port=$two_port && "$@")
}
trap 'stop_pid "$two_pid"; stop_region' EXIT

# Its own key of the hashed keys would find nobody.
launch_two
wait_for 30 grep -q 'code=KEY_REGISTRY' "$two/kontingentd.log" &&
    ok 'a node with another registry.key is refused' ||
    not_ok "a node with another registry.key: $(tail -n 2 "$two/kontingentd.log")"
stop_pid "$two_pid"
cp "$work/state/registry.key" "$two/state/registry.key"
start_two && ok 'a second node serves' || not_ok "the second node does not start: $(tail -n 3 "$two/kontingentd.log")"
expect 'the first one, too' 200 "$(get /readyz)"

post "$source/demo/school.xml" demo-school-key -H 'Prefer: wait=30' >/dev/null
# The same people, told to both nodes at the same moment.
person=0
while [ $person -lt 12 ]; do
	person=$((person + 1))
	for node in 1 2; do
		learner "$(surname $person)" 2012-05-14 '' "$((730000 + person))" |
		    record 1 "N-$node-$person" |
		    packet "$work/$node.xml" "$(new_id $((node * 1000 + person)))" LEARNER 1
	done
	at_two post "$work/2.xml" demo-school-key -o "$work/answer.2" >/dev/null &
	other=$!
	post "$work/1.xml" demo-school-key >/dev/null
	wait $other
done
wait_quiet 40 || not_ok 'the queues do not run empty'
expect 'nobody told to both nodes at once exists twice' 12 \
    "$(person=0; while [ $person -lt 12 ]; do person=$((person + 1)); ctl person find "$(surname $person)" --json | jq -r .regional_number; done | sort -u | grep -c '^[0-9]')"
expect 'nor stands under one name twice' 12 \
    "$(person=0; while [ $person -lt 12 ]; do person=$((person + 1)); ctl person find "$(surname $person)" --json | jq -r .regional_number; done | grep -c '^[0-9]')"
expect 'what one node accepted the other one knows' 200 \
    "$(at_two get "/v1/packets/$(new_id 1001)")"

# Both under load; the second is killed in the middle, and comes back.
load 501 250
first_load=$loads
loads=''
http_one=$http_port http_port=$two_port
load 502 250
http_port=$http_one
loads="$first_load $loads"
birth 501
birth 502
wait_for 20 grep -q 'stage=settle' "$two/kontingentd.log"
sleep 1
kill -9 "$two_pid"
wait "$two_pid" 2>/dev/null
birth 503
expect 'the first node serves while the second is dead' 200 \
    "$(post "$source/demo/learners.xml" demo-school-key -H 'Prefer: wait=30')"
sleep 2
start_two && ok 'the second node comes back' || not_ok 'the second node does not come back'
loads_ended 'by one node or the other'
check_all
[ "$(grep -c 'stage=settle.*result=applied' "$two/kontingentd.log")" -gt 0 ] &&
    ok 'the second node has done its share' || not_ok 'the second node has applied nothing'
stop_pid "$two_pid"
finish
