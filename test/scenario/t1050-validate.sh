#!/bin/sh
# POST /v1/validate makes the same checks and keeps nothing.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/scenario/packets.sh
. "$(dirname "$0")/packets.sh"
start_region
validate() {
	post_path=/v1/validate post "$@"
}

learners_packet "$work/good.xml" 1 2
expect 'a good packet is good' '200 ACCEPTED' \
    "$(validate "$work/good.xml" demo-school-key) $(field Status "$work/answer")"
valid 'the protocol'
expect 'a packet with defects is told all of them' '422 REFUSED' \
    "$(validate "$source/demo/broken.xml" demo-school-key) $(field Status "$work/answer")"
valid 'its protocol'
sed 's/<StartedAt>.*<\/FinishedAt>//; s/<Statistics>.*<\/Statistics>//' "$work/answer" >"$work/said"
expect 'a cut one is not well-formed' '400 PKT_XML_SYNTAX' \
    "$(head -c 300 "$work/good.xml" >"$work/cut.xml"
	validate "$work/cut.xml" demo-school-key) $(codes "$work/answer")"
expect 'a stranger may not ask' 401 "$(validate "$work/good.xml" nobodys-key)"
learner Тестов 2018-05-14 '112-233-445 96' | record 1 L-1 | packet "$work/snils.xml" "$(new_id 2)" LEARNER 1
expect 'a wrong SNILS is told' '200 ID_SNILS_CHECK' \
    "$(validate "$work/snils.xml" demo-school-key) $(codes "$work/answer")"

expect 'nothing was accepted' '0 0' "$(balance accepted) $(balance owed)"
expect 'nobody is known' 0 "$(ctl status --json | jq -r 'select(.persons != null) | .persons')"
expect 'the packet is not found' 404 "$(get "/v1/packets/$(new_id 1)")"
expect 'the id is still free for other content' 202 \
    "$(sed 's/Тестович/Пробович/' "$work/good.xml" >"$work/b.xml"; post "$work/b.xml" demo-school-key)"
expect 'to check it again does not disturb it' 200 "$(validate "$work/b.xml" demo-school-key)"
expect 'what is posted for good has the same defects' 422 \
    "$(post "$source/demo/broken.xml" demo-school-key -H 'Prefer: wait=30')"
sed 's/<StartedAt>.*<\/FinishedAt>//; s/<Statistics>.*<\/Statistics>//' "$work/answer" >"$work/posted"
if cmp -s "$work/said" "$work/posted"; then
	ok 'word for word'
else
	not_ok "word for word: $(cat "$work/said" "$work/posted")"
fi
finish
