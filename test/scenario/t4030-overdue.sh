#!/bin/sh
# An answer that does not come in time is told, and taken when it comes late.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
start_region
stop_daemon
sed -i 's/^	adapter = "federal-push"/&\n	deadline_s = 1/' "$work/kontingentd.conf"
start_daemon
emu_script 'federal delay 6s' || not_ok 'the federal segment thinks slowly'
post "$source/demo/school.xml" demo-school-key -H 'Prefer: wait=30' >/dev/null
post "$source/demo/learners.xml" demo-school-key -H 'Prefer: wait=30' >/dev/null
number=$(ctl person find Примеров --json | jq -r 'select(.given_name == "Пример") | .regional_number')
guid() {
	ctl person show "$number" --json | jq -re '.person.federal_guid'
}
overdue() {
	ctl queue --json | jq -re 'select(.code == "SMEV_ANSWER_OVERDUE") | .state' | grep -q awaiting
}
wait_for 20 overdue && ok 'an answer is overdue' || not_ok "nothing is overdue: $(ctl queue)"
ctl queue >"$work/queue"
expect_grep 'who looks at the queue sees it' 'SMEV_ANSWER_OVERDUE' "$work/queue"
expect_grep 'the log has it' 'stage=answer to=federal.* result=overdue code=SMEV_ANSWER_OVERDUE' "$work/kontingentd.log"
late=$(sed -n 's/.* packet=\([^ ]*\) stage=answer .*result=overdue.*/\1/p' "$work/kontingentd.log" | head -n 1)
ctl packet trace "$late" >"$work/trace"
expect_grep 'the journal has it' overdue "$work/trace"
expect 'each is told once' '' \
    "$(sed -n 's/.* packet=\([^ ]*\) stage=answer .*result=overdue.*/\1/p' "$work/kontingentd.log" | sort | uniq -d)"
guid >/dev/null && not_ok 'there is an answer already' || ok 'there is no answer yet'
wait_for 40 guid && ok 'a late answer is taken' || not_ok "a late answer is not taken: $(ctl queue)"
emu_script 'federal delay 0s'
wait_quiet 60 || not_ok 'the queues do not run empty'
overdue && not_ok "it is overdue still: $(ctl queue)" || ok 'nothing is overdue any more'
wait_for 20 all_delivered && ok 'the balance is right' || not_ok "the balance: $(ctl balance --json)"
finish
