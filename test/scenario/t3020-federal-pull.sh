#!/bin/sh
# The federal segment asks for a learner: found, nobody, or more than one.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/scenario/packets.sh
. "$(dirname "$0")/packets.sh"
start_region

# query CONTENT: ask; the answer to it in $work/said, its kind in $said
query() {
	printf '<f:GetLearnerRequest xmlns:f="urn://x-contingent/rs-federal/1.0.0">%s</f:GetLearnerRequest>' "$1" >"$work/query.xml"
	emu_send federal "$work/query.xml"
	asked=$(jq -r .message_id "$work/sent")
	said=none
	wait_for 30 answered || return 0
	said=$(answers | jq -r '.answer')
	curl -sf "http://127.0.0.1:$smev_port/emu/messages/$(answers | jq -r .id)" >"$work/said"
}

answers() {
	emu_state | jq -c --arg id "$asked" '[.messages[] | select(.original_id == $id or .reference_id == $id) | select(.kind == "response")][0] // empty'
}

answered() {
	[ -n "$(answers)" ]
}

person() {
	printf '<f:Combined><f:Surname>%s</f:Surname><f:GivenName>%s</f:GivenName><f:Patronymic>%s</f:Patronymic>%s<f:BirthDate>%s</f:BirthDate>%s</f:Combined>' "$1" "$2" "$3" "${sex-<f:Sex>1</f:Sex>}" "$4" "${5:-}"
}

post "$source/demo/school.xml" demo-school-key -H 'Prefer: wait=30' >/dev/null
post "$source/demo/learners.xml" demo-school-key -H 'Prefer: wait=30' >/dev/null
wait_quiet 40 || not_ok 'the queues do not run empty'
number=$(ctl person find Примеров --json | jq -r 'select(.given_name == "Пример") | .regional_number')
guid=$(ctl person show "$number" --json | jq -r .person.federal_guid)

query '<f:Snils>11223344595</f:Snils>'
expect 'by SNILS: data' data "$said"
expect_grep 'of that learner' "RegionalNumber>$number<" "$work/said"
expect_grep 'with the name' 'GivenName>Пример<' "$work/said"
query "<f:FederalGuid>$guid</f:FederalGuid>"
expect 'by the federal id: data' data "$said"
expect_grep 'of that learner' "RegionalNumber>$number<" "$work/said"
query "$(person Примеров Пример Примерович 2019-04-12 '<f:Document xmlns:p="urn://x-contingent/rs/packet/1.0.0"><p:Kind>03</p:Kind><p:Series>I-ТЕ</p:Series><p:Number>123456</p:Number></f:Document>')"
expect 'by name, birth and document: data' data "$said"
expect_grep 'of that learner' "RegionalNumber>$number<" "$work/said"
query "$(person Примеров Пример Примерович 2019-04-12)"
expect 'by name, sex and birth: data' data "$said"
query "$(sex='' person Примеров Пример Примерович 2019-04-12)"
expect 'name and birth alone are no combined id: rejected' rejected "$said"

query '<f:Snils>08765430300</f:Snils>'
expect 'a SNILS of nobody: rejected' rejected "$said"
expect_grep 'NO_DATA' '>NO_DATA<' "$work/said"
query '<f:FederalGuid>00000000-0000-4000-8000-000000000000</f:FederalGuid>'
expect 'a federal id of nobody: rejected' rejected "$said"
expect_grep 'NO_DATA' '>NO_DATA<' "$work/said"
query "$(person Никтов Нигде Нигдеевич 2019-04-12)"
expect 'a name of nobody: rejected' rejected "$said"
expect_grep 'NO_DATA' '>NO_DATA<' "$work/said"
query '<f:Snils>11223344596</f:Snils>'
expect 'a wrong SNILS: rejected' rejected "$said"
expect_grep 'by its code' 'FED_QUERY' "$work/said"

# Two of one name and birthday, from one class: two persons.
{
	learner Двойников 2018-03-03 '' 111112 | record 1 D-1
	learner Двойников 2018-03-03 '' 222223 | record 2 D-2
} | packet "$work/a.xml" "$(new_id 1)" LEARNER 2
post "$work/a.xml" demo-school-key -H 'Prefer: wait=30' >/dev/null
expect 'two of one name are two persons' 2 "$(ctl person find Двойников --json | wc -l)"
query "$(person Двойников Тест Тестович 2018-03-03)"
expect 'asked by what they share: rejected' rejected "$said"
expect_grep 'as ambiguous' 'AMBIGUOUS' "$work/said"
grep -qE 'RegionalNumber|111112|222223' "$work/said" && not_ok 'something of them is told' || ok 'nothing of them is told'
query "$(person Двойников Тест Тестович 2018-03-03 '<f:Document xmlns:p="urn://x-contingent/rs/packet/1.0.0"><p:Kind>03</p:Kind><p:Series>I-ТЕ</p:Series><p:Number>222223</p:Number></f:Document>')"
expect 'the document tells them apart' data "$said"
expect_grep 'the second' '222223' "$work/said"
wait_quiet 40 || not_ok 'the queues do not run empty'
expect 'the balance is right, nothing is held' 'true 0' "$(balance right) $(balance out_held)"
finish
