#!/bin/sh
# Seq: a gap is noted, what is older is stale, a delta needs its full list.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/scenario/packets.sh
. "$(dirname "$0")/packets.sh"
start_region
persons() {
	ctl status --json | jq -r 'select(.persons != null) | .persons'
}

# sends NAME NO SEQ WANTED-HTTP WANTED-STATUS WANTED-CODE [MORE]
sends() {
	learners_packet "$work/a.xml" "$2" 1 "<Seq>$3</Seq>${7:-}"
	expect "$1" "$4 $5" \
	    "$(post "$work/a.xml" demo-school-key -H 'Prefer: wait=30') $(field Status "$work/answer")"
	found=$(codes "$work/answer" | tr ' ' '\n' | grep -E '^(SEQ_GAP|STALE|NEED_FULL)$')
	expect "$1: code" "$6" "$found"
	valid "$1: protocol"
}

sends 'the first Seq is in order' 1 5 200 ACCEPTED ''
sends 'the next is in order' 2 6 200 ACCEPTED ''
sends 'a gap is accepted and noted' 3 9 200 ACCEPTED SEQ_GAP
expect_grep 'the note has a text and what to do' \
    '<Code>SEQ_GAP</Code>.*<Text>[^<]+</Text><Hint>[^<]+</Hint>' "$work/answer"
before=$(persons)
sends 'a lower one is stale' 4 7 422 REFUSED STALE
expect_grep 'the refusal has a text and what to do' \
    '<Code>STALE</Code>.*<Text>[^<]+</Text><Hint>[^<]+</Hint>' "$work/answer"
sends 'so is the same number in another packet' 5 9 422 REFUSED STALE
expect 'what is stale is not applied' "$before" "$(persons)"
sends 'then it goes on' 6 10 200 ACCEPTED ''

scope=ORG-2 sends 'another scope counts for itself' 7 1 200 ACCEPTED ''
mode=FULL_LIST sends 'a full list is in order after a gap' 8 20 200 ACCEPTED ''
sends 'a delta on that list is taken' 9 21 200 ACCEPTED '' '<BasedOn>20</BasedOn>'
before=$(persons)
sends 'a delta on another list needs a full one' 10 22 422 REFUSED NEED_FULL '<BasedOn>15</BasedOn>'
expect 'and is not applied' "$before" "$(persons)"
sends 'its Seq is not used up' 11 22 200 ACCEPTED '' '<BasedOn>20</BasedOn>'

learners_packet "$work/a.xml" 3 1 '<Seq>9</Seq>'
expect 'a stale packet that was accepted once gets its first answer' 200 \
    "$(post "$work/a.xml" demo-school-key -H 'Prefer: wait=30')"
expect 'from then' ACCEPTED "$(field Status "$work/answer")"
stop_daemon
start_daemon
sends 'the count is kept over a restart' 12 21 422 REFUSED STALE
wait_quiet 30
expect 'the balance is right' 'true 4' "$(balance right) $(balance refused)"
finish
