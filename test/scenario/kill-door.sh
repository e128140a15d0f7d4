# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034 # lib.sh sets what is used here
# test/scenario/kill-door.sh - systems talk through the door while the store dies,
# and while all of it dies, on the database the caller chose.

# shellcheck source=test/scenario/door.sh
. "${0%/*}/door.sh"
[ -n "$python" ] || skip_all 'no python3-zeep'

export DEMO_HANG_MS=10000 DEMO_TIMEOUT_MS=3000 DEMO_RETRY_MS=50 DEMO_LEASE_MS=3000
count=12 moments=3
[ -z "${KONTINGENT_LONG:-}" ] || { count=100 moments=30; }

daemon_gone() {
	! kill -0 "$daemon_pid"
}

# ended PID: the talk is over
ended() {
	! kill -0 "$1"
}

# Milliseconds that a seed chooses.
moment() {
	awk -v seed="$1" 'BEGIN { srand(seed); print (300 + int(rand() * 900)) / 1000 }'
}

# talk_of SEED sure|doubt: in the background; its lines are told by talk_told
talk_of() {
	mkdir -p "$work/talk"
	SCENARIO_DOOR="http://127.0.0.1:$http_port/ws/SMEVServiceAdapterService" \
	    SCENARIO_EMU="http://127.0.0.1:$smev_port" PYTHONDONTWRITEBYTECODE=1 \
	    "$python" "$source/test/scenario/door_kill.py" "$1" "$count" "$2" \
	    >"$work/talk/out" 2>"$work/talk/err" &
	talk_pid=$!
}

talk_told() {
	wait "$talk_pid" || echo "not ok the client ended well: $(tail -n 3 "$work/talk/err" | tr '\n' ' ')" >>"$work/talk/out"
	while IFS= read -r line; do
		case $line in
		'ok '*) ok "${line#ok }" ;;
		'not ok '*) not_ok "${line#not ok }" ;;
		*) echo "# $line" ;;
		esac
	done <"$work/talk/out"
}

start_region
stop_daemon

# The store alone: front asks the next one, and no client sees it.
: >"$work/kontingentd.log"
export KONTINGENT_FAILPOINTS='door.after_commit=kill:4,store.before_commit=kill:40,store.after_commit=kill:80,door.after_commit=kill:30'
start_daemon
unset KONTINGENT_FAILPOINTS
talk_of stores sure
talk_told
expect_grep 'the store did die meanwhile' 'event=died role=store .*signal=9' "$work/kontingentd.log"

# All of it, at any moment and right between the commit and the answer.
stop_daemon
talk_of all doubt
i=0
while [ $i -lt $moments ] && kill -0 "$talk_pid" 2>/dev/null; do
	export KONTINGENT_FAILPOINTS="door.after_commit=killall:$((i * 5 + 3))"
	launch_daemon
	unset KONTINGENT_FAILPOINTS
	wait_for 20 daemon_gone || kill -9 "$daemon_pid" 2>/dev/null
	wait "$daemon_pid" 2>/dev/null
	launch_daemon
	sleep "$(moment $i)"
	kill -9 "$daemon_pid"
	wait "$daemon_pid" 2>/dev/null
	i=$((i + 1))
done
start_daemon
talk_told
wait_for 60 is_quiet || not_ok 'the queues do not run empty'
expect 'SMEV had every request and every answer once' "$((4 * count)) 0" \
    "$(emu_state | jq -r '[.messages[] | select(.namespace == "urn://x-test/door/1.0")] | "\(length) \([.[].differing // 0] | add)"')"
expect 'the balance is right' '0 0' "$(ctl balance --json | jq -r '"\(.in_difference) \(.out_difference)"')"
expect 'nothing waits or is held' '0 0 0 0' "$(fields waiting held out_waiting out_held)"
ctl verify-journal >/dev/null && ok 'the journal is whole' || not_ok 'the journal is not whole'
finish
