#!/bin/sh
# /v1/changes tells a source what became of its own, in order, page by page.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/scenario/packets.sh
. "$(dirname "$0")/packets.sh"
start_region
changes() {
	get "/v1/changes$1" "${2:-demo-school-key}"
}

expect 'with nothing known there are none' '200 0' "$(changes '?after=0') $(jq '.changes | length' "$work/answer")"
post "$source/demo/school.xml" demo-school-key -H 'Prefer: wait=30' >/dev/null
post "$source/demo/learners.xml" demo-school-key -H 'Prefer: wait=30' >/dev/null
wait_quiet 40 || not_ok 'the queues do not run empty'
expect 'then there are some' 200 "$(changes '?after=0')"
cp "$work/answer" "$work/first"
for entity in organisation group person document representation; do
	expect "one of them is about a $entity" true \
	    "$(jq --arg e $entity 'any(.changes[]; .entity == $e)' "$work/first")"
done
expect 'they grow' true "$(jq '[.changes[].seq] == ([.changes[].seq] | sort | unique)' "$work/first")"
expect 'persons have their key and number' 'L-1 L-2 L-3' \
    "$(jq -r '[.changes[] | select(.entity == "person" and (.regional_number | length == 14)) | .external_key] | unique | join(" ")' "$work/first")"
next=$(jq .next "$work/first")
expect 'after the last there are none' 0 "$(changes "?after=$next" >/dev/null; jq '.changes | length' "$work/answer")"
expect 'and the place is kept' "$next" "$(jq .next "$work/answer")"
middle=$(jq '.changes[2].seq' "$work/first")
changes "?after=$middle" >/dev/null
expect 'from the middle one gets the rest' "$(jq -c ".changes[3:]" "$work/first")" "$(jq -c .changes "$work/answer")"
expect 'a stranger gets none of them' '200 0' \
    "$(changes '?after=0' demo-zags-key) $(jq '.changes | length' "$work/answer")"
expect 'nobody without a key' 401 "$(changes '?after=0' no-such-key)"
expect 'a place that is no number is refused' 400 "$(changes '?after=x')"
expect 'a place below zero is refused' 400 "$(changes '?after=-1')"

learner Примеров 2019-04-12 '112-233-445 95' 123456 | sed 's/Тестович/Примерович/; s/Тест</Примерик</' |
    record 1 L-1 | created=2026-09-02T08:00:00+03:00 packet "$work/a.xml" "$(new_id 1)" LEARNER 1
expect 'a new name' 200 "$(post "$work/a.xml" demo-school-key -H 'Prefer: wait=30')"
changes "?after=$next" >/dev/null
expect 'is a change of that person' L-1 "$(jq -r '.changes[] | select(.entity == "person") | .external_key' "$work/answer" | head -n 1)"
next=$(jq .next "$work/answer")
wait_quiet 40
changes "?after=$next" >/dev/null
next=$(jq .next "$work/answer")
sed "s/$(new_id 1)/$(new_id 2)/" "$work/a.xml" >"$work/b.xml"
expect 'the same said once more' '200 UNCHANGED' \
    "$(post "$work/b.xml" demo-school-key -H 'Prefer: wait=30') $(result "$work/answer" | cut -d' ' -f2)"
wait_quiet 40
changes "?after=$next" >/dev/null
expect 'is no change' 0 "$(jq '[.changes[] | select(.entity == "person")] | length' "$work/answer")"
finish
