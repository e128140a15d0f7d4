#!/bin/sh
# When too much comes, the sender is told when to come again; what was
# received is never lost.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/scenario/packets.sh
. "$(dirname "$0")/packets.sh"
start_region
stop_daemon
sed -i 's/^roles {/roles {\n\tqueue = 12/; s/^http {/http {\n\tin_flight = 40/' "$work/kontingentd.conf"
start_daemon

total=100
mkdir "$work/out"
i=0
while [ $i -lt $total ]; do
	i=$((i + 1))
	learner "$(surname $i)" 2018-05-14 | record 1 "B-$i" |
	    packet "$work/out/$i.xml" "$(new_id $i)" LEARNER 1
	cat <<CONF
next
silent
url = "http://127.0.0.1:$http_port/v1/packets"
header = "Authorization: Bearer demo-school-key"
header = "Content-Type: application/xml"
header = "Expect:"
data-binary = "@$work/out/$i.xml"
output = "$work/out/$i.answer"
dump-header = "$work/out/$i.head"
write-out = "$i %{http_code}\n"
CONF
done | sed 1d >"$work/curl.conf"

# Each that was told so comes again, until all are received.
round=0
while [ -s "$work/curl.conf" ] && [ $round -lt 60 ]; do
	round=$((round + 1))
	[ $round -eq 1 ] || sleep 0.3
	curl -s --no-progress-meter --parallel --parallel-immediate --parallel-max 60 --max-time 60 \
	    -K "$work/curl.conf" >"$work/codes" || :
	cat "$work/codes" >>"$work/all-codes"
	awk '$2 != 202 { print $1 }' "$work/codes" >"$work/again"
	awk -v list="$work/again" '
		BEGIN { while ((getline line < list) > 0) want[line] = 1; RS = "next\n" }
		{ match($0, /write-out = "[0-9]+/); if (substr($0, RSTART + 13, RLENGTH - 13) in want) out = out (out == "" ? "" : "next\n") $0 }
		END { printf "%s", out }' "$work/curl.conf" >"$work/curl.next"
	while read -r n; do
		[ "$(awk -v n="$n" '$1 == n { print $2 }' "$work/codes")" != 503 ] ||
		    grep -qi '^Retry-After: [0-9]' "$work/out/$n.head" || echo "$n" >>"$work/no-retry-after"
	done <"$work/again"
	mv "$work/curl.next" "$work/curl.conf"
done
expect 'every packet is received in the end' $total \
    "$(awk '$2 == 202 { print $1 }' "$work/all-codes" | sort -u | wc -l)"
expect 'the answers are 202 and 503 only' '' \
    "$(awk '$2 != 202 && $2 != 503 { print $2 }' "$work/all-codes" | sort -u)"
if grep -q ' 503$' "$work/all-codes"; then
	ok 'some were told to come again'
	expect 'each of them with Retry-After' '' "$(cat "$work/no-retry-after" 2>/dev/null)"
else
	not_ok 'nobody was told to come again: the queue has no end'
fi
wait_quiet 60 || not_ok 'the queues do not run empty'
lost=0
i=0
while [ $i -lt $total ]; do
	i=$((i + 1))
	[ "$(get "/v1/packets/$(new_id $i)")" = 200 ] &&
	    [ "$(field Status "$work/answer")" = ACCEPTED ] || lost=$((lost + 1))
done
expect 'every packet that got 202 is applied' 0 $lost
expect 'each person once' $total "$(ctl status --json | jq -r 'select(.persons != null) | .persons')"
expect 'the balance is right' 'true 0' "$(balance right) $(balance waiting)"
finish
