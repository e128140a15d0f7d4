#!/bin/sh
# A packet that kills two openers is held; others pass, and the operator's
# release brings it through once the cause is gone.
set -eu
# shellcheck source=test/scenario/lib.sh
. "${0%/*}/lib.sh"
# shellcheck source=test/scenario/kill.sh
. "${0%/*}/kill.sh"

poison=77777777-0000-4000-8000-000000000001
blind=77777777-0000-4000-8000-000000000002
asked=77777777-0000-4000-8000-000000000003
export DEMO_HANG_MS=3000 DEMO_RETRY_MS=50 DEMO_SMEVEMU='unconfirmed 20s'
# Each of them kills two openers, whichever they are, and no third.
export KONTINGENT_FAILPOINTS="opener.decode@$poison=kill:0:2,\
opener.look@$blind=kill:0:2,opener.look@$asked=kill:0:2,opener.smev@zags-rogdzp=kill:0:2"

# learner ID KEY SURNAME: a packet of one
learner() {
	cat <<XML
<Packet xmlns="urn://x-contingent/rs/packet/1.0.0">
<Header><PacketId>$1</PacketId><SourceSystem>sgo-school</SourceSystem>
<Scope>ORG-1</Scope><Kind>LEARNER</Kind><Mode>DELTA</Mode>
<CreatedAt>2026-09-01T08:00:00+03:00</CreatedAt><RecordCount>1</RecordCount></Header>
<Record><RecNo>1</RecNo><Op>UPSERT</Op><ExternalKey>$2</ExternalKey><Learner><Person>
<Surname>$3</Surname><GivenName>Тест</GivenName><Patronymic>Тестович</Patronymic>
<Sex>1</Sex><BirthDate>2018-05-14</BirthDate></Person></Learner></Record>
</Packet>
XML
}

# The answer's STATUS is that of packet ID.
packet_is() {
	[ "$(get "/v1/packets/$1")" = 200 ] &&
	    grep -q "<Status>$2</Status>" "$work/answer"
}

held_is() {
	[ "$(balance held)" = "$1" ]
}

start_region
unset KONTINGENT_FAILPOINTS
first=$daemon_pid
learner $poison POISON-1 Тестовяд >"$work/poison.xml"
learner $blind POISON-2 Тестовслеп >"$work/blind.xml"

load 1 50
expect "a packet is accepted before it is read" 202 \
    "$(post "$work/poison.xml" demo-school-key)"
if wait_for 20 held_is 1; then
	ok "it is held once two openers died of it"
else
	not_ok "it is held once two openers died of it: $(ctl balance --json)"
fi
expect "two openers died, and no more" 2 \
    "$(grep -c 'event=died role=opener .*signal=9' "$work/kontingentd.log")"
get "/v1/packets/$poison" >"$work/status"
expect_grep "whoever asks for it hears why" PKT_POISON "$work/answer"
loads_ended "beside it"
check_others() {
	while read -r id; do
		wait_for 20 packet_is "$id" ACCEPTED || return 1
	done <"$work/acked"
}
if check_others; then
	ok "the packets beside it are applied"
else
	not_ok "the packets beside it are applied"
fi
expect "the same packet again gets the first answer" 202 \
    "$(post "$work/poison.xml" demo-school-key)"
if ctl packet release "$poison" >"$work/release" 2>&1 &&
    wait_for 20 packet_is "$poison" ACCEPTED; then
	ok "released by the operator it is applied"
else
	not_ok "released by the operator it is applied: $(cat "$work/release" "$work/answer")"
fi

# One that kills even who only looks what it is called.
expect "one that nobody could look at is answered" 202 \
    "$(post "$work/blind.xml" demo-school-key)"
expect_grep "it is held at once" HELD "$work/answer"

# One that was only to be looked at.
learner $asked POISON-3 Тестопрос >"$work/asked.xml"
post_path=/v1/validate
expect "one that was only to be checked is answered" 422 \
    "$(post "$work/asked.xml" demo-school-key)"
unset post_path
expect "and is not kept" 404 "$(get "/v1/packets/$asked")"
expect "one packet is held" 1 "$(balance held)"

# A request of ZAGS that kills two openers.
birth 1
if wait_for 20 held_is 2; then
	ok "a request of SMEV that kills openers is held"
else
	not_ok "a request of SMEV that kills openers is held: $(ctl balance --json)"
fi
# Nobody could read what they are called: the log says by what name they wait.
for id in $(sed -n 's/.* packet=\([^ ]*\) stage=settle .*result=held.*/\1/p' "$work/kontingentd.log"); do
	[ "$id" = "$poison" ] || ctl packet release "$id" >>"$work/release" 2>&1 ||
	    not_ok "$id is released"
done
if wait_for 20 packet_is "$blind" ACCEPTED; then
	ok "read at last, it is known by its own name"
else
	not_ok "read at last, it is known by its own name"
fi
expect "the same packet again is a repetition" 200 \
    "$(post "$work/blind.xml" demo-school-key)"
check_all
expect "the daemon is the same" alive "$(kill -0 "$first" && echo alive)"
finish
