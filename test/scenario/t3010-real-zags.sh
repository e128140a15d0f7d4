#!/bin/sh
# Requests of ZAGS as they were published go through.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/scenario/packets.sh
. "$(dirname "$0")/packets.sh"
samples=$(real_samples)
[ -n "$samples" ] || skip_all 'no published samples (KONTINGENT_SHARED)'
start_region
responses() {
	emu_state | jq --arg r "$1" '[.messages[] | select(.root == $r and .answer == "data" and .state == "acked")] | length'
}
answered() {
	[ "$(responses "$1")" -ge "$2" ]
}

for sample in $samples; do
	name=$(basename "$sample")
	case $name in
	FATALOIV*) root=FATALOIVResponse ;;
	*) root=FATALResponse ;;
	esac
	acts=$(ctl status --json | jq -r 'select(.acts != null) | .acts')
	emu_send zags "$sample"
	if wait_for 40 answered $root 1; then
		ok "$name is answered with $root"
	else
		not_ok "$name is not answered: $(emu_summary)"
		continue
	fi
	# The answer comes after the commit: what was answered is there at once.
	now=$(ctl status --json | jq -r 'select(.acts != null) | .acts')
	[ "$now" -gt "$acts" ] && ok "$name: its acts are in the registry" || not_ok "$name: acts $acts, then $now"
	response=$(emu_state | jq -r --arg r $root '[.messages[] | select(.root == $r)][0].id')
	curl -sf "http://127.0.0.1:$smev_port/emu/messages/$response" >"$work/response"
	expect_grep "$name: the response names the ИдСвед of the request" "ИдСвед=\"$(grep -o 'ИдСвед="[^"]*"' "$sample" | head -n 1 | cut -d'"' -f2)\"" "$work/response"
	"$build/smevxsd" -s "$KONTINGENT_SCHEMAS" "$work/response" >"$work/valid" 2>&1 &&
	    ok "$name: the response is valid" || not_ok "$name: $(head -n 3 "$work/valid")"
	wait_quiet 40 || not_ok 'the queues do not run empty'
	before=$(ctl status --json | jq -c 'select(.acts != null) | [.acts, .persons, .dead]')
	emu_send zags "$sample"
	wait_for 40 answered $root 2 && ok "$name is answered when it comes again" ||
	    not_ok "$name is not answered again"
	wait_quiet 40 || not_ok 'the queues do not run empty'
	expect "$name: and changes nothing then" "$before" \
	    "$(ctl status --json | jq -c 'select(.acts != null) | [.acts, .persons, .dead]')"
done
kill -9 "$daemon_pid"
wait "$daemon_pid" 2>/dev/null
acts=$(ctl status --json | jq -r 'select(.acts != null) | .acts')
expect 'all acts are on disk after a kill' "$now" "$acts"
start_daemon
wait_quiet 40 || not_ok 'the queues do not run empty'
expect 'the balance is right' 'true 0' "$(balance right) $(balance waiting)"
ctl verify-journal >/dev/null && ok 'the journal is whole' || not_ok 'the journal is not whole'
finish
