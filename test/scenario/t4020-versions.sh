#!/bin/sh
# The same life in each version of SMEV's envelope.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/scenario/packets.sh
. "$(dirname "$0")/packets.sh"
top=$work
for version in 1.1 1.2 1.3; do
	work=$top/v$version
	database=''
	export DEMO_SMEV_VERSION=$version
	mkdir -p "$work"
	start_region
	post "$source/demo/school.xml" demo-school-key -H 'Prefer: wait=30' >/dev/null
	post "$source/demo/learners.xml" demo-school-key -H 'Prefer: wait=30' >/dev/null
	emu_send zags "$source/demo/birth.xml"
	emu_send zags "$source/demo/death.xml"
	emu_send federal "$source/demo/get-learner.xml"
	emu_send federal "$source/demo/get-nobody.xml"
	wait_quiet 50 || not_ok "$version: the queues do not run empty"
	emu_state >"$work/state.json"
	expect "$version: what we send is of that version" "$version" \
	    "$(jq -r '[.messages[] | select(.sender == "rs-50") | .version] | unique | join(" ")' "$work/state.json")"
	expect "$version: birth, death and question are answered" 'FATALOIVResponse GetLearnerResponse ROGDZPResponse' \
	    "$(jq -r '[.messages[] | select(.sender == "rs-50" and .answer == "data") | .root] | sort | join(" ")' "$work/state.json")"
	expect "$version: who is not known is rejected" 1 \
	    "$(jq -r '[.messages[] | select(.sender == "rs-50" and .answer == "rejected")] | length' "$work/state.json")"
	expect "$version: the federal segment confirmed each learner" true \
	    "$(jq '[.messages[] | select(.root == "PushChangesResponse" and .state == "acked")] | length > 0' "$work/state.json")"
	expect "$version: all is confirmed to SMEV" 0 \
	    "$(jq '[.messages[] | select(.recipient == "rs-50" and .state != "acked")] | length' "$work/state.json")"
	expect "$version: the death came to the registry" dead \
	    "$(ctl person find ОБРАЗЦОВ --json | jq -r 'select(.given_name == "Образец") | .life_status')"
	expect "$version: the balance is right" 'true 0 0' "$(balance right) $(balance waiting) $(balance out_waiting)"
	stop_region
done
work=$top
finish
