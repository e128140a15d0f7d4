#!/bin/sh
# A packet of each kind goes the whole way: receipt, protocol, registry.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/scenario/packets.sh
. "$(dirname "$0")/packets.sh"
start_region

is_done() {
	[ "$(get "/v1/packets/$1" "$2")" = 200 ] && grep -q '<Protocol' "$work/answer"
}

# travels KIND FILE KEY: 202 and a receipt, then the protocol by GET
travels() {
	packet_no=$(field PacketId "$2")
	expect "$1 is received with 202" 202 "$(post "$2" "$3")"
	expect "receipt of $1 names the packet and says QUEUED" "$packet_no QUEUED" \
	    "$(field PacketId "$work/answer") $(field Status "$work/answer")"
	valid "receipt of $1"
	if wait_for 20 is_done "$packet_no" "$3"; then
		expect "GET tells that $1 is applied" 'ACCEPTED CREATED' "$(result "$work/answer")"
		valid "protocol of $1"
	else
		not_ok "$1 is not done: $(cat "$work/answer")"
	fi
}

packet "$work/org.xml" "$(new_id 1)" ORG 1 <<XML
$(record 1 ORG-1 <<BODY
<Organisation><FullName>Школа-пример № 1</FullName><ShortName>Школа-пример</ShortName><Type>school</Type></Organisation>
BODY
)
XML
packet "$work/group.xml" "$(new_id 2)" GROUP 1 <<XML
$(record 1 GRP-1 <<BODY
<Group><OrgKey>ORG-1</OrgKey><Kind>class</Kind><Name>2Б</Name><Letter>Б</Letter><Parallel>2</Parallel><SchoolYear>2026/2027</SchoolYear></Group>
BODY
)
XML
learner Тестов 2018-05-14 '112-233-445 95' 123456 | record 1 L-1 |
    packet "$work/learner.xml" "$(new_id 3)" LEARNER 1
packet "$work/enrolment.xml" "$(new_id 4)" ENROLMENT 1 <<XML
$(record 1 E-1 <<BODY
<Enrolment><PersonKey>L-1</PersonKey><OrgKey>ORG-1</OrgKey><GroupKey>GRP-1</GroupKey><Level>primary</Level><EnrolledOn>2026-09-01</EnrolledOn><OrderNumber>1-у</OrderNumber><OrderDate>2026-08-28</OrderDate></Enrolment>
BODY
)
XML
packet "$work/movement.xml" "$(new_id 5)" MOVEMENT 1 <<XML
$(record 1 M-1 <<BODY
<Movement><PersonKey>L-1</PersonKey><EnrolmentKey>E-1</EnrolmentKey><Kind>24</Kind><EffectiveDate>2026-10-05</EffectiveDate><OrderNumber>2-у</OrderNumber><OrderDate>2026-10-02</OrderDate><CounterpartRegion>77</CounterpartRegion></Movement>
BODY
)
XML

travels ORG "$work/org.xml" demo-school-key
travels GROUP "$work/group.xml" demo-school-key
travels LEARNER "$work/learner.xml" demo-school-key
travels ENROLMENT "$work/enrolment.xml" demo-school-key
expect 'the enrolment is open' 1 "$(ctl status --json | jq -r 'select(.open_enrolments != null) | .open_enrolments')"
travels MOVEMENT "$work/movement.xml" demo-school-key
expect 'the movement out closed the enrolment' 0 \
    "$(ctl status --json | jq -r 'select(.open_enrolments != null) | .open_enrolments')"
travels CIVIL_ACT "$source/demo/civil-act.xml" demo-zags-key

learner Пробов 2017-02-03 '' 654321 | record 1 L-2 |
    packet "$work/wait.xml" "$(new_id 6)" LEARNER 1
expect 'Prefer: wait is answered 200' 200 \
    "$(post "$work/wait.xml" demo-school-key -H 'Prefer: wait=30')"
expect 'with the protocol' 'ACCEPTED CREATED' "$(result "$work/answer")"
number=$(field RegionalNumber "$work/answer")
expect 'the registry knows the person by the number of the protocol' Пробов \
    "$(ctl person show "$number" --json | jq -r .person.surname)"
expect 'by the key of the source, too' L-2 \
    "$(ctl person show "$number" --json | jq -r '.external_keys[0].external_key')"

wait_quiet 40 || not_ok 'the queues do not run empty'
expect 'the balance is right' true "$(balance right)"
expect 'all that was accepted is applied' "$(balance accepted) 0 0" \
    "$(balance applied) $(balance waiting) $(balance refused)"
expect 'the federal segment gave the person an id' yes \
    "$(ctl person show "$number" --json | jq -r 'if .person.federal_guid then "yes" else "no" end')"
ctl verify-journal >/dev/null && ok 'the journal is whole' || not_ok 'the journal is not whole'
finish
