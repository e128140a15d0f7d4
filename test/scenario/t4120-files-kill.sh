#!/bin/sh
# Courier, store and the whole daemon die while files come: nothing is lost,
# nothing comes twice, and transfers go on where they stopped.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/scenario/files.sh
. "$source/test/scenario/files.sh"
export DEMO_UNCONFIRMED=2s DEMO_RETRY_MS=50
start_files
question=$source/demo/get-nobody.xml
ids='' count=0

# one_more BYTES: a request with a file of its own
one_more() {
	count=$((count + 1))
	head -c "$1" /dev/urandom >"$work/f$count"
	id=$(uuid1)
	ask "$id" "$question" "$(ref_header "$work/f$count" "$(upload "$work/f$count")")"
	[ "$status" = 200 ] || not_ok "SMEV does not take request $count"
	ids="$ids $id"
}

all_acked() {
	for id in $ids; do
		in_state "$id" acked || return 1
	done
}

# judge WHAT: all is there once, as it was sent
judge() {
	wait_for 60 all_acked && ok "$1: every message is confirmed" ||
	    not_ok "$1: a message is not confirmed"
	wrong=0 number=0
	for id in $ids; do
		number=$((number + 1))
		ctl packet files "$id" --json >"$work/rows"
		[ "$(wc -l <"$work/rows")" = 1 ] || wrong=$((wrong + 1))
		cmp -s "$work/f$number" "$(jq -r .path "$work/rows")" || wrong=$((wrong + 1))
		[ "$(emu_state | jq --arg id "$id" '[.messages[] | select(.original_id == $id)] | length')" = 1 ] ||
		    wrong=$((wrong + 1))
	done
	expect "$1: each has its file once, and one answer" 0 "$wrong"
	expect "$1: no part is left behind" 0 "$(find "$files/part" -type f | wc -l)"
	expect "$1: the balance is right" true "$(ctl balance --json | jq .right)"
}

# again POINTS: another daemon, with failpoints
again() {
	stop_daemon
	export KONTINGENT_FAILPOINTS="$1"
	start_daemon || not_ok 'the daemon does not start'
	unset KONTINGENT_FAILPOINTS
}

again 'ftp.bytes=kill:20:2'
one_more 9000000
one_more 100
judge 'the courier dies twice in the middle'
expect 'it did' 2 "$(grep -c 'event=died role=courier .*signal=9' "$work/kontingentd.log")"
expect_grep 'and the transfer went on' 'file=carried bytes=9000000 .*resumed=yes' "$work/kontingentd.log"

again 'fetch.hauled=kill,fetch.kept=kill:1'
one_more 3000000
one_more 200
judge 'the store dies before and after it keeps a file'
expect 'it did' 2 "$(grep -c 'event=died role=store .*signal=9' "$work/kontingentd.log")"

# The store dies while the courier writes: the next one goes on with that part.
again ''
emu_script 'fault slow 3000000 on GetRequest'
one_more 9000000
begun() {
	[ -n "$(find "$files/part" -size +1M)" ]
}
wait_for 30 begun || not_ok 'nothing comes'
kill -9 "$(role_pid store)"
emu_script 'clear faults'
judge 'the store dies in the middle of a transfer'

# Openers die of it; once it is released, it is read and its file is fetched.
again 'opener.smev=kill:0:2'
one_more 500000
held() {
	poison=$(ctl queue --json | jq -r 'select(.state == "held") | .state')
	[ -n "$poison" ]
}
wait_for 30 held && ok 'a message that openers die of is held' || not_ok 'it is not held'
expect 'and not confirmed' 1 "$(emu_state | jq --arg id "$id" '[.messages[] | select(.id == $id and .state != "acked")] | length')"
again ''
# Its name is one of ours, which nobody was told.
which="SELECT packet_id FROM inbox WHERE state = 'held'"
case $database in
sqlite:*) name=$(sqlite3 "${database#sqlite:}" "$which") ;;
*) name=$(psql -Atq "$database" -c "$which") ;;
esac
ctl packet release "$name" >/dev/null
judge 'a message that was poison once'

again 'ftp.bytes=killall:30'
one_more 9000000
daemon_gone() {
	! kill -0 "$daemon_pid" 2>/dev/null
}
wait_for 30 daemon_gone && ok 'the whole daemon dies' || not_ok 'the daemon does not die'
wait "$daemon_pid" 2>/dev/null || :
start_daemon
judge 'the whole daemon dies'
finish
