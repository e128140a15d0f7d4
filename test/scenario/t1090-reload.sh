#!/bin/sh
# SIGHUP while packets come: nobody is refused, each request has its answer; bad
# settings change nothing.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/scenario/packets.sh
. "$(dirname "$0")/packets.sh"
start_region

# Post packets FROM... one after another until $work/stop is there; each
# number that was received to $work/received, each that was not to refused,
# with what curl says when there was no answer.  Each comes by a connection of
# its own, for curl sends by itself again what was lost on one that was kept.
poster() {
	i=$1
	while [ ! -e "$work/stop" ]; do
		i=$((i + 1))
		learners_packet "$work/p$1.xml" $i 1
		: >"$work/p$1.answer"
		code=$(curl -sS -o "$work/p$1.answer" -w '%{http_code}' --max-time 60 -H 'Expect:' \
		    -H 'Authorization: Bearer demo-school-key' -H 'Content-Type: application/xml' \
		    --data-binary "@$work/p$1.xml" "http://127.0.0.1:$http_port/v1/packets" 2>"$work/p$1.why" || :)
		if [ "$code" = 202 ]; then
			echo $i >>"$work/received"
		else
			echo "$i $code $(cat "$work/p$1.why" "$work/p$1.answer" | tr -d '\n')" >>"$work/refused"
		fi
	done
}

received() {
	wc -l <"$work/received"
}

# Some packets more than now.
more() {
	[ "$(received)" -ge "$want" ]
}

go_on() {
	want=$(($(received) + 5))
	wait_for 30 more || not_ok "$1: packets are not received any more"
}

newkey_taken() {
	learners_packet "$work/new.xml" 900 1
	[ "$(post "$work/new.xml" demo-new-key)" = 202 ]
}

roles() {
	pgrep -P "$daemon_pid" | sort | tr '\n' ' '
}

: >"$work/received"
poster 1000 &
poster_a=$!
poster 5000 &
poster_b=$!
go_on 'before'
expect 'a key that nobody has is refused' 401 \
    "$(learners_packet "$work/new.xml" 900 1; post "$work/new.xml" demo-new-key)"

before=$(roles)
cp "$work/kontingentd.conf" "$work/good.conf"
printf 'http {\n\tno_such_setting = 1\n}\n' >>"$work/kontingentd.conf"
kill -HUP "$daemon_pid"
wait_for 20 grep -q 'CONF_' "$work/kontingentd.log" &&
    ok 'bad settings are told in the log' || not_ok 'bad settings are not told in the log'
go_on 'after bad settings'
expect 'no process was replaced' "$before" "$(roles)"
printf 'source "' >"$work/kontingentd.conf"
kill -HUP "$daemon_pid"
go_on 'after settings that are cut'
expect 'no process was replaced by those either' "$before" "$(roles)"

for round in 1 2; do
	key=$(printf demo-new-key | openssl dgst -sha256 -r | cut -d' ' -f1)
	sed "/^source \"sgo-school\" {/,/^}/s/key_sha256 = {/key_sha256 = {\"$key\", /" \
	    "$work/good.conf" >"$work/kontingentd.conf"
	kill -HUP "$daemon_pid"
	if wait_for 30 newkey_taken; then
		ok "round $round: the new key counts after a reload"
	else
		not_ok "round $round: the new key does not count: $(cat "$work/answer")"
	fi
	go_on "round $round"
	cp "$work/good.conf" "$work/kontingentd.conf"
	kill -HUP "$daemon_pid"
	wait_for 30 sh -c "! curl -sf -o /dev/null -H 'Authorization: Bearer demo-new-key' http://127.0.0.1:$http_port/v1/changes?after=0" &&
	    ok "round $round: and no more when it is gone" || not_ok "round $round: the key still counts"
	go_on "round $round back"
done
touch "$work/stop"
wait "$poster_a" "$poster_b"
expect 'nobody was refused meanwhile' '' "$(head -n 3 "$work/refused" 2>/dev/null)"
[ "$before" != "$(roles)" ] && ok 'the processes were replaced' || not_ok 'no process was replaced'
wait_quiet 60 || not_ok 'the queues do not run empty'
lost=''
while read -r n; do
	[ "$(get "/v1/packets/$(new_id "$n")")" = 200 ] || lost="$lost $n"
done <"$work/received"
expect 'what was received is applied' '' "$lost"
expect 'the balance is right' 'true 0 0' "$(balance right) $(balance waiting) $(balance refused)"
kill -0 "$daemon_pid" && ok 'the parent is the same' || not_ok 'the parent is gone'
finish
