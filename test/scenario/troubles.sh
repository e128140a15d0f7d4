# shellcheck shell=sh disable=SC2154 # what lib.sh sets
# test/scenario/troubles.sh - a region with an SMEV in trouble, and what must
# hold afterwards.
export DEMO_RETRY_CAP_MS=500 DEMO_TIMEOUT_MS=2000 DEMO_ACK_MS=1000
start_region
# The emulator gives back what was not confirmed within two seconds.
stop_pid "$emu_pid"
sed -i 's/^unconfirmed .*/unconfirmed 2s/' "$work/smevemu.conf"
start_emu
person=0
births=0

# After each time of trouble NAME.
judge() {
	wait_quiet 50 || not_ok "$1: the queues do not run empty: $(ctl queue | head -n 5)"
	wait_for 20 all_delivered && ok "$1: the balance is right and all is delivered" ||
	    not_ok "$1: the balance is right and all is delivered: $(ctl balance --json)"
	emu_state >"$work/state.json"
	expect "$1: nothing came twice with other bytes" 0 \
	    "$(jq '[.messages[].differing] | add // 0' "$work/state.json")"
}

# What ought to be on both sides in the end.
judge_all() {
	wait_quiet 50 || not_ok 'the queues do not run empty in the end'
	emu_state >"$work/state.json"
	expect "$1: no message has two answers" 0 \
	    "$(jq '[.messages[] | select(.kind == "request" and .answers > 1)] | length' "$work/state.json")"
	expect "$1: every birth is answered once, with data" "$births $births" \
	    "$(jq -r '[.messages[] | select(.root == "ROGDZPResponse" and .answer == "data")] | "\(length) \([.[].original_id] | unique | length)"' "$work/state.json")"
	ctl status --json >"$work/status"
	expect "$1: every act is known once" "$births" "$(jq -r 'select(.acts != null) | .acts' "$work/status")"
	# Who was told to the federal segment: everyone that is ours to tell.
	expect "$1: the federal segment knows each learner" "$person" "$(pushed_learners)"
	expect "$1: each learner has got one federal id" "$person" "$(learners_with_guid)"
}

pushed_learners() {
	jq -r '.messages[] | select(.root == "PushChangesRequest") | .id' "$work/state.json" | while read -r id; do
		curl -sf "http://127.0.0.1:$smev_port/emu/messages/$id"
		echo
	done | grep -o 'Number>71[0-9]*<' | sort -u | wc -l
}

learners_with_guid() {
	i=0
	while [ $i -lt $person ]; do
		i=$((i + 1))
		number=$(ctl person find "$(surname $i)" --json | jq -r .regional_number)
		ctl person show "$number" --json | jq -r '.person.federal_guid // "none"'
	done | grep -v none | sort -u | wc -l
}

# trouble NAME LINES...: while they hold, a learner and a birth travel.
trouble() {
	name=$1
	shift
	emu_script "$(printf '%s\n' "$@")" || not_ok "$name: the script is not taken"
	person=$((person + 1))
	learner "$(surname $person)" $((1990 + person))-05-14 '' "$((710000 + person))" | record 1 "T-$person" |
	    packet "$work/a.xml" "$(new_id $person)" LEARNER 1
	[ "$(post "$work/a.xml" demo-school-key -H 'Prefer: wait=30')" = 200 ] ||
	    not_ok "$name: a learner is not applied: $(cat "$work/answer")"
	births=$((births + 1))
	sed "s/demo-birth-1/birth-$births/; s/110269500000100002002/1102695000001000$((50000 + births))/
	    s/700002/$((720000 + births))/; s/2026-11-05/2026-10-$((9 + births))/; s/Новинка/$(surname $births)/" \
	    "$source/demo/birth.xml" >"$work/birth.xml"
	emu_send zags "$work/birth.xml"
	wait_for 12 stricken && ok "$name: it happened" || not_ok "$name: it did not happen"
	judge "$name"
	emu_script 'clear faults'
}

stricken() {
	emu_state | jq -e '[.faults[]? | .hits] | length > 0 and all(. > 0)'
}

post "$source/demo/school.xml" demo-school-key -H 'Prefer: wait=30' >/dev/null
