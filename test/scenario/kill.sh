# shellcheck shell=sh
# shellcheck disable=SC2154 # lib.sh sets what is used here
# test/scenario/kill.sh - traffic that goes on while processes die, and what must
# be true afterwards.  A scenario sources it after lib.sh.

# role_pid ROLE: the newest process of that role (the first one of several)
role_pid() {
	grep -E "event=ready role=$1 index=0 " "$work/kontingentd.log" |
	    tail -n 1 | sed 's/.* pid=\([0-9]*\).*/\1/'
}

# roles_ready ROLE OLD-PID: another process serves in its place
role_replaced() {
	new_pid=$(role_pid "$1")
	[ -n "$new_pid" ] && [ "$new_pid" != "$2" ] && kill -0 "$new_pid"
}

# load SEED COUNT: learners, sent until each is accepted; runs behind us, several
# at a time
load() {
	"$build/kontingent-load" -u "http://127.0.0.1:$http_port" \
	    -k demo-school-key --source sgo-school --kind learner --bad 0 \
	    --no-prelude --retry -c 4 -s "$1" -n "$2" -r "${load_rate:-max}" \
	    --acked "$work/acked.$1" >>"$work/load.log" 2>&1 &
	loads="${loads:-} $!"
}

# All of them were answered; their ids are in $work/acked then.
loads_ended() {
	bad_loads=0
	for pid in ${loads:-}; do
		wait "$pid" || bad_loads=$((bad_loads + 1))
	done
	loads=''
	expect "every packet was answered in the end, $1" 0 "$bad_loads"
	cat "$work"/acked.* >>"$work/acked"
	rm -f "$work"/acked.*
}

# birth NUMBER: a birth that nobody has reported before, sent over SMEV
birth() {
	number=$(printf '%06d' "$1")
	sed -e "s/demo-birth-1/kill-birth-$1/" -e "s/100002002/100$number/" \
	    -e "s/700002/$number/" -e "s/Новинка/Новинка$(spell "$1")/" \
	    "$source/demo/birth.xml" >"$work/birth.xml"
	emu_send zags "$work/birth.xml" || return 1
	births=$((${births:-0} + 1))
}

# A number in letters, for names.
spell() {
	echo "$1" | sed 'y/0123456789/абвгдежзик/'
}

# urls PREFIX <IDS: what curl(1) is to fetch, all in one run
urls() {
	sed "s|.*|url = \"http://127.0.0.1:$1&\"|"
}

# Each packet that was answered 202 has been applied, once: its protocol says
# ACCEPTED, and its learner has a number that no other packet's has.
check_acked() {
	acked=$(wc -l <"$work/acked")
	urls "$http_port/v1/packets/" <"$work/acked" >"$work/urls"
	curl -s -H 'Authorization: Bearer demo-school-key' -K "$work/urls" |
	    sed 's/<?xml/\n&/g' >"$work/protocols"
	expect "every packet that was answered is applied" "$acked" \
	    "$(grep -c '<Status>ACCEPTED</Status>' "$work/protocols")"
	grep -o '<RegionalNumber>[0-9]*' "$work/protocols" | sort -u >"$work/numbers"
	expect "each of them made one learner" "$acked" "$(wc -l <"$work/numbers")"
}

# What the federal segment was told, a line a record: number and change.
told() {
	emu_state | jq -r '.messages[] | select(.root == "PushChangesRequest") | .id' |
	    urls "$smev_port/emu/messages/" >"$work/urls"
	curl -sf -K "$work/urls" |
	    grep -oE '<([a-z0-9]+:)?(ChangeSeq|RegionalNumber)>[0-9]+' |
	    sed 's/<\([a-z0-9]*:\)\{0,1\}\([A-Za-z]*\)>/\2 /' |
	    awk '$1 == "ChangeSeq" { seq = $2 } $1 == "RegionalNumber" && seq { print $2, seq; seq = "" }'
}

check_told() {
	told | sort >"$work/told"
	expect "no change was told in two messages" "$(wc -l <"$work/told")" \
	    "$(sort -u "$work/told" | wc -l)"
	cut -d' ' -f1 "$work/told" | sort -u >"$work/told.numbers"
	sed 's/.*>//' "$work/numbers" | sort -u >"$work/known.numbers"
	expect "every learner was told to the federal segment" "" \
	    "$(comm -13 "$work/told.numbers" "$work/known.numbers" | head -n 3)"
	expect "a message that came twice was the same" 0 \
	    "$(emu_state | jq '[.messages[].differing // 0] | add')"
}

check_births() {
	expect "every request of ZAGS was answered once" "${births:-0} ${births:-0}" \
	    "$(emu_state | jq -r '[.messages[] | select(.kind == "request" and .recipient == "rs-50")] | "\(length) \([.[] | select(.answers == 1)] | length)"')"
	expect "every birth is one act" "${births:-0}" "$(ctl status --json | jq -s '[.[].acts // empty] | add')"
}

check_balance() {
	expect "the balance is right" "0 0" \
	    "$(ctl balance --json | jq -r '"\(.in_difference) \(.out_difference)"')"
	expect "nothing is held" "0 0" \
	    "$(ctl balance --json | jq -r '"\(.held) \(.out_held)"')"
	if ctl verify-journal >"$work/journal" 2>&1; then
		ok "the journal is whole"
	else
		not_ok "the journal is whole: $(cat "$work/journal")"
	fi
}

# All of it, once nothing waits any more.
check_all() {
	if wait_quiet 60; then
		ok "all that waited has gone its way"
	else
		not_ok "all that waited has gone its way: $(ctl balance --json)"
	fi
	check_acked
	check_told
	check_births
	check_balance
}
