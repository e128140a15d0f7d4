#!/bin/sh
# kontingentctl asks and tells, with the daemon and without it.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/scenario/packets.sh
. "$(dirname "$0")/packets.sh"
start_region
# says NAME STATUS PATTERN WORDS...: a command, its exit status and output
says() {
	name=$1 wanted=$2 pattern=$3
	shift 3
	got=0
	ctl "$@" >"$work/out" 2>"$work/err" || got=$?
	expect "$name: exit status" "$wanted" "$got"
	[ -z "$pattern" ] || expect_grep "$name" "$pattern" "$work/out"
}

lines_of_json() {
	ctl "$@" --json >"$work/out"
	if [ -s "$work/out" ] && jq -e . "$work/out" >/dev/null 2>&1; then
		ok "$* --json is JSON"
	else
		not_ok "$* --json: $(head -c 300 "$work/out")"
	fi
}

post "$source/demo/school.xml" demo-school-key -H 'Prefer: wait=30' >/dev/null
post "$source/demo/learners.xml" demo-school-key -H 'Prefer: wait=30' >/dev/null
post "$source/demo/broken.xml" demo-school-key -H 'Prefer: wait=30' >/dev/null
wait_quiet 40 || not_ok 'the queues do not run empty'
id=11111111-0000-4000-8000-000000000002
broken=11111111-0000-4000-8000-000000000009
number=$(ctl person find Примеров --json | jq -r 'select(.given_name == "Пример") | .regional_number')

reading() {
	says "$1: status" 0 'баланс сходится' status
	says "$1: balance" 0 'принято [0-9]+ = применено' balance
	says "$1: queue" 0 '' queue
	says "$1: packet show" 0 "$id" packet show $id
	says "$1: packet trace" 0 'applied' packet trace $id
	says "$1: packet cat" 0 '' packet cat $id
	if cmp -s "$work/out" "$source/demo/learners.xml"; then
		ok "$1: packet cat gives the bytes as they came"
	else
		not_ok "$1: packet cat: $(head -c 200 "$work/out")"
	fi
	says "$1: person find" 0 "$number" person find Примеров
	says "$1: person find by SNILS" 0 "$number" person find 11223344595
	says "$1: person show" 0 'Примеров' person show "$number"
	says "$1: a packet nobody sent" 1 '' packet show "$(new_id 404)"
	says "$1: a person nobody knows" 1 '' person show 50999999999999
	says "$1: verify-journal" 0 'журнал цел' verify-journal
	for words in status balance "packet show $id" "packet trace $id" 'person find Примеров' "person show $number"; do
		# shellcheck disable=SC2086
		lines_of_json $words
	done
	printf '%s\n%s\n' $id $broken | ctl packet show - --json >"$work/out"
	expect "$1: ids come on standard input" 'applied refused' \
	    "$(jq -r .state "$work/out" | tr '\n' ' ' | sed 's/ $//')"
}

reading running
says 'explain' 0 'СНИЛС' explain ID_SNILS_CHECK
says 'explain of nothing' 1 '' explain NO_SUCH_CODE
says 'config check' 0 '' config check
says 'config explain' 0 'http.body_bytes' config explain http.body
says 'no command' 2 ''
says 'an unknown command' 2 '' dance
says 'an unknown word' 2 '' packet dance $id

# What waits for SMEV can be held, released and cancelled.
stop_pid "$emu_pid"
post "$source/demo/enrolments.xml" demo-school-key -H 'Prefer: wait=30' >/dev/null
says 'a packet that is done cannot be held' 1 '' packet hold $id
says 'nor cancelled' 1 '' packet cancel $id
[ "$(balance out_waiting)" -gt 0 ] && ok 'a message waits' || not_ok 'no message waits'
lines_of_json queue
says 'queue says why' 0 'SMEV_UNREACHABLE|SMEV' queue
expect 'the balance is right' true "$(balance right)"
stop_daemon
reading stopped
says 'telling needs the daemon' 3 '' packet retry $id
says 'config check needs none' 0 '' config check
sed 's/^region = .*/region = /' "$work/kontingentd.conf" >"$work/bad.conf"
got=0
"$build/kontingentctl" -c "$work/bad.conf" config check >"$work/out" 2>&1 || got=$?
[ "$got" -ne 0 ] && ok 'bad settings are told' || not_ok 'bad settings pass'
expect_grep 'by the code' 'CONF_' "$work/out"
finish
