# shellcheck shell=sh
# shellcheck disable=SC2154,SC2034 # lib.sh sets what is used here
# test/scenario/kill-folder.sh - systems talk by folders while filer and store
# die, and while all of it dies, on the database the caller chose.

# shellcheck source=test/scenario/folder.sh
. "${0%/*}/folder.sh"
[ -n "$python" ] || skip_all 'no python3-zeep'

export DEMO_HANG_MS=10000 DEMO_TIMEOUT_MS=3000 DEMO_RETRY_MS=50 DEMO_LEASE_MS=3000
count=12 moments=6
[ -z "${KONTINGENT_LONG:-}" ] || { count=200 moments=30; }

daemon_gone() {
	! kill -0 "$daemon_pid"
}

moment() {
	awk -v seed="$1" 'BEGIN { srand(seed); print (300 + int(rand() * 900)) / 1000 }'
}

# talk_of SEED: in the background; its lines are told by talk_told
talk_of() {
	SCENARIO_DOOR="http://127.0.0.1:$http_port/ws" SCENARIO_EMU="http://127.0.0.1:$smev_port" \
	    SCENARIO_WORK="$work" SCENARIO_SOURCE="$source" PYTHONDONTWRITEBYTECODE=1 \
	    "$python" "$source/test/scenario/folder_kill.py" "$1" "$count" \
	    >"$work/talk.out" 2>"$work/talk.err" &
	talk_pid=$!
}

talk_told() {
	wait "$talk_pid" || echo "not ok the client ended well: $(tail -n 3 "$work/talk.err" | tr '\n' ' ')" >>"$work/talk.out"
	while IFS= read -r line; do
		case $line in
		'ok '*) ok "${line#ok }" ;;
		'not ok '*) not_ok "${line#not ok }" ;;
		*) echo "# $line" ;;
		esac
	done <"$work/talk.out"
}

start_region
wait_for 20 test -d "$work/answer/out"
stop_daemon

# A part at a time, each between two steps of a file or a letter.
: >"$work/kontingentd.log"
export KONTINGENT_FAILPOINTS='filer.offered=kill:2,filer.copied=kill:1,filer.given=kill:2,filer.dropped=kill:4,filer.written=kill:5,filer.lettered=kill:8,door.after_commit=kill:9,door.lettered=kill:12,store.after_commit=kill:150'
start_daemon
unset KONTINGENT_FAILPOINTS
talk_of parts
talk_told
expect 'the filer did die meanwhile' 6 "$(grep -c 'event=died role=filer .*signal=9' "$work/kontingentd.log")"
expect_grep 'so did the store' 'event=died role=store .*signal=9' "$work/kontingentd.log"

# All of it, at any moment and right between two steps.
stop_daemon
talk_of all
i=0
while [ $i -lt $moments ] && kill -0 "$talk_pid" 2>/dev/null; do
	case $((i % 6)) in
	0) place=filer.dropped ;;
	1) place=filer.lettered ;;
	2) place=door.after_commit ;;
	3) place=filer.written ;;
	4) place=filer.given ;;
	5) place=filer.copied ;;
	esac
	export KONTINGENT_FAILPOINTS="$place=killall:$((i + 2))"
	launch_daemon
	unset KONTINGENT_FAILPOINTS
	wait_for 10 daemon_gone || kill -9 "$daemon_pid" 2>/dev/null
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
expect 'no half file is left' '' "$(find "$work/ask/in" "$work/answer/in" -type f)"
ctl verify-journal >/dev/null && ok 'the journal is whole' || not_ok 'the journal is not whole'
finish
