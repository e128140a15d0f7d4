#!/bin/sh
# One person from birth to death: ZAGS tells of the birth by SMEV, a school
# enrols the child by its certificate, ZAGS tells of the death.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/scenario/packets.sh
. "$(dirname "$0")/packets.sh"
start_region
# The one person with that given name.
person() {
	ctl person find "$1" --json | jq -r --arg n "$2" 'select(.given_name == $n) | .regional_number'
}

# Contents of every push to the federal segment, in the order it was accepted.
pushes() {
	emu_state | jq -r '.messages | sort_by(.accepted_ms)[] | select(.root == "PushChangesRequest") | .id' |
	    while read -r id; do
		curl -sf "http://127.0.0.1:$smev_port/emu/messages/$id"
	done | tr -d '\n'
}

emu_send zags "$source/demo/birth.xml"
wait_for 30 sh -c "curl -s http://127.0.0.1:$smev_port/emu/state | jq -e 'any(.messages[]; .root == \"ROGDZPResponse\" and .state == \"acked\")'" &&
    ok 'ZAGS gets its response' || not_ok "ZAGS gets no response: $(emu_summary)"
wait_quiet 40 || not_ok 'the queues do not run empty'
number=$(person ПРИМЕРОВА Новинка)
expect 'the child is known by its birth' 14 "${#number}"
ctl person show "$number" --json >"$work/person"
expect 'with birth date, act and mother' '2026-11-05 110269500000100002002 Проба' \
    "$(jq -r '"\(.person.birth_date) \(.acts[0].number) \(.representatives[0].given_name)"' "$work/person")"
expect 'the first act counts as the source' zags \
    "$(jq -r '[.provenance[] | select(.field == "birth_date" and .status == "current") | .source][0]' "$work/person")"

post "$source/demo/school.xml" demo-school-key -H 'Prefer: wait=30' >/dev/null
packet "$work/learner.xml" "$(new_id 1)" LEARNER 1 <<XML
$(record 1 L-77 <<BODY
<Learner><Person><Surname>Примерова</Surname><GivenName>Новинка</GivenName><Patronymic>Примеровна</Patronymic><Sex>2</Sex><BirthDate>05.11.2026</BirthDate></Person>
<Document><Kind>03</Kind><Series>III-те</Series><Number>700002</Number></Document></Learner>
BODY
)
XML
expect 'a school sends the child by its birth certificate' '200 ACCEPTED' \
    "$(post "$work/learner.xml" demo-school-key -H 'Prefer: wait=30') $(field Status "$work/answer")"
expect 'it is the same person' "$number" "$(field RegionalNumber "$work/answer")"
expect 'nobody was made twice' "$number" "$(person ПРИМЕРОВА Новинка)"
packet "$work/enrolment.xml" "$(new_id 2)" ENROLMENT 1 <<XML
$(record 1 E-77 <<BODY
<Enrolment><PersonKey>L-77</PersonKey><OrgKey>ORG-1</OrgKey><GroupKey>GRP-1A</GroupKey><Level>preschool</Level><EnrolledOn>2026-11-10</EnrolledOn><OrderNumber>7-у</OrderNumber><OrderDate>2026-11-09</OrderDate></Enrolment>
BODY
)
XML
expect 'it is enrolled' '200 ACCEPTED' \
    "$(post "$work/enrolment.xml" demo-school-key -H 'Prefer: wait=30') $(field Status "$work/answer")"
expect 'the enrolment is open' open "$(ctl person show "$number" --json | jq -r '.enrolments[0].state')"
wait_quiet 40 || not_ok 'the queues do not run empty'
pushes >"$work/pushed"
expect_grep 'the federal segment heard of the child' "<[a-z0-9]*:?RegionalNumber>$number<" "$work/pushed"
expect_grep 'with its name' '<[a-z0-9]*:?GivenName>Новинка<' "$work/pushed"
guid=$(ctl person show "$number" --json | jq -r .person.federal_guid)
expect 'and gave it an id' 36 "${#guid}"

sed -e 's/Образцов</Примерова</; s/Образец</Новинка</; s/Образцович</Примеровна</; s/Пол="1"/Пол="2"/' \
    -e 's/2018-12-14/2026-11-05/; s/2026-11-11/2026-11-20/; s/I-ТЕ 222333/III-ТЕ 700002/' \
    -e 's/demo-death-1/death-77/; s/170269500000100003003/170269500000100007007/' \
    "$source/demo/death.xml" >"$work/death.xml"
emu_send zags "$work/death.xml"
wait_for 30 sh -c "curl -s http://127.0.0.1:$smev_port/emu/state | jq -e 'any(.messages[]; .root == \"FATALOIVResponse\" and .state == \"acked\")'" &&
    ok 'ZAGS gets the response to the death' || not_ok "ZAGS gets no response: $(emu_summary)"
wait_quiet 40 || not_ok 'the queues do not run empty'
ctl person show "$number" --json >"$work/person"
expect 'the person is dead' 'dead 2026-11-20' "$(jq -r '"\(.life_status) \(.person.death_date)"' "$work/person")"
expect 'its enrolment is closed on that day' 'closed 2026-11-20' \
    "$(jq -r '.enrolments[0] | "\(.state) \(.ended_on)"' "$work/person")"
pushes >"$work/pushed"
expect_grep 'the federal segment heard of the death' '<[a-z0-9]*:?DeathDate>2026-11-20<' "$work/pushed"
expect_grep 'by the id it gave' "<[a-z0-9]*:?FederalGuid>$guid<" "$work/pushed"
emu_send zags "$work/death.xml"
sleep 1
wait_quiet 40
expect 'the same death again is answered again' 2 \
    "$(emu_state | jq '[.messages[] | select(.root == "FATALOIVResponse")] | length')"
expect 'and changes nothing' "$(jq .version "$work/person")" "$(ctl person show "$number" --json | jq .version)"
expect 'the balance is right' 'true 0' "$(balance right) $(balance waiting)"
finish
