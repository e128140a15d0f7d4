# shellcheck shell=sh
# test/scenario/lib.sh - start a region in a temporary folder, post, expect.
#
# A scenario sources it, calls start_region, and says `ok NAME` or
# `not_ok NAME why` for each promise; `finish` stops all and prints the plan.
# KONTINGENT_SOURCE and KONTINGENT_BUILD say where things are; with
# SCENARIO_DATABASE=pgsql the region works on PostgreSQL.

: "${KONTINGENT_SOURCE:=$(cd "$(dirname "$0")/../.." && pwd)}"
: "${KONTINGENT_BUILD:=$PWD}"
source=$KONTINGENT_SOURCE
build=$KONTINGENT_BUILD
export KONTINGENT_TEST_KEYS="${KONTINGENT_TEST_KEYS:-$build/keys}"
export KONTINGENT_SCHEMAS="${KONTINGENT_SCHEMAS:-$source/xsd/schemas}"
export KONTINGENT_OPENSSL_CONF="${KONTINGENT_OPENSSL_CONF:-$source/etc/openssl-gost.cnf}"
work=${work:-$(mktemp -d)}
export KONTINGENTD="$build/kontingentd"
test_no=0
daemon_pid='' emu_pid=''

ok() {
	test_no=$((test_no + 1))
	echo "ok $test_no - $*"
}

not_ok() {
	test_no=$((test_no + 1))
	echo "not ok $test_no - $*"
}

# expect NAME WANTED GOT
expect() {
	if [ "$2" = "$3" ]; then
		ok "$1"
	else
		not_ok "$1: wanted $2, got $3"
	fi
}

# expect_grep NAME PATTERN FILE
expect_grep() {
	if grep -qE -- "$2" "$3"; then
		ok "$1"
	else
		not_ok "$1: no $2 in $(head -c 400 "$3" | tr '\n' ' ')"
	fi
}

skip_all() {
	echo "ok 1 # SKIP $*"
	echo 1..1
	exit 0
}

free_port() {
	while :; do
		port=$(awk -v seed="$$$(date +%N)" \
		    'BEGIN { srand(seed % 2147483647); print 20000 + int(rand() * 30000) }')
		hex=$(printf '%04X' "$port")
		grep -q ":$hex " /proc/net/tcp || break
	done
	echo "$port"
}

# A database of its own for each region.
make_database() {
	if [ "${SCENARIO_DATABASE:-sqlite}" = sqlite ]; then
		echo "sqlite:$work/state/kontingent.db"
		return
	fi
	name=scenario_$$_$(date +%s%N)
	psql -q "$KONTINGENT_TEST_PGSQL" -c "CREATE DATABASE $name" >/dev/null
	echo "$KONTINGENT_TEST_PGSQL" | sed "s|/[^/?]*\\(?.*\\)\\{0,1\\}\$|/$name\\1|"
}

start_emu() {
	"$build/smevemu" -c "$work/smevemu.conf" >>"$work/smevemu.log" 2>&1 &
	emu_pid=$!
	wait_for 20 curl -sf --max-time 5 -o /dev/null "http://127.0.0.1:$smev_port/emu/state"
}

# Without waiting until it serves.
launch_daemon() {
	"$build/kontingentd" -c "$work/kontingentd.conf" >>"$work/kontingentd.log" 2>&1 &
	daemon_pid=$!
}

start_daemon() {
	launch_daemon
	if ! wait_for 30 curl -sf --max-time 5 -o /dev/null "http://127.0.0.1:$http_port/readyz"; then
		tail -n 20 "$work/kontingentd.log" >&2
		return 1
	fi
}

start_region() {
	http_port=$(free_port)
	smev_port=$(free_port)
	mkdir -p "$work/state"
	database=${database:-$(make_database)}
	"$source/scripts/demo-region" "$work" "$source" "$http_port" "$smev_port" "$database"
	trap stop_region EXIT
	start_emu
	start_daemon
}

# Stop a process of ours by its pid, and wait for its end.
stop_pid() {
	[ -n "$1" ] || return 0
	kill "$1" 2>/dev/null || :
	tenths=0
	while kill -0 "$1" 2>/dev/null && [ $tenths -lt 150 ]; do
		sleep 0.1
		tenths=$((tenths + 1))
	done
	kill -9 "$1" 2>/dev/null || :
	wait "$1" 2>/dev/null || :
}

stop_daemon() {
	stop_pid "$daemon_pid"
	daemon_pid=''
}

stop_region() {
	stop_daemon
	stop_pid "$emu_pid"
	emu_pid=''
}

finish() {
	stop_region
	echo "1..$test_no"
	trap - EXIT
	[ -n "${KEEP:-}" ] || [ "$work" = "${demo:-}" ] || rm -rf "$work"
}

# wait_for SECONDS COMMAND...: until it succeeds
wait_for() {
	tries=$(($1 * 10))
	shift
	while [ $tries -gt 0 ]; do
		if "$@" >/dev/null 2>&1; then
			return 0
		fi
		sleep 0.1
		tries=$((tries - 1))
	done
	return 1
}

# post FILE KEY CURL-OPTIONS...: prints the HTTP status; body in $work/answer
post() {
	file=$1 key=$2
	shift 2
	curl -s -o "$work/answer" -D "$work/head" -w '%{http_code}' --max-time 60 \
	    -H "Authorization: Bearer $key" -H "Content-Type: ${content_type:-application/xml}" \
	    -H 'Expect:' "$@" --data-binary "@$file" \
	    "http://127.0.0.1:$http_port${post_path:-/v1/packets}" || echo 000
}

# get PATH KEY: the same for GET
get() {
	curl -s -o "$work/answer" -w '%{http_code}' --max-time 30 \
	    -H "Authorization: Bearer ${2:-demo-school-key}" \
	    "http://127.0.0.1:$http_port$1" || echo 000
}

ctl() {
	"$build/kontingentctl" -c "$work/kontingentd.conf" "$@"
}

# balance FIELD
balance() {
	ctl balance --json | jq -r ".$1"
}

# The protocol in $1 in a few lines.
protocol_short() {
	{ tr -d '\n' <"$1"; echo; } | sed 's/<Record>/\n&/g; s/<Message>/\n&/g' |
	    sed -n 's|.*<Status>\([A-Z]*\)</Status>.*|  итог: \1|p
		t
		s|.*<RecNo>\([0-9]*\)</RecNo>.*<Result>\([A-Z]*\)</Result><RegionalNumber>\([0-9]*\)</RegionalNumber>.*|  запись \1: \2, региональный номер \3|p
		t
		s|.*<RecNo>\([0-9]*\)</RecNo>.*<Result>\([A-Z]*\)</Result>.*|  запись \1: \2|p
		t
		s|.*<Level>\([A-Z]*\)</Level><Code>\([A-Z_]*\)</Code>\(<Line>\([0-9]*\)</Line>\)\{0,1\}\(<Path>\([^<]*\)</Path>\)\{0,1\}.*<Text>\([^<]*\)</Text>.*|    \1 \2 строка \4 \6: \7|p'
}

# emu_send PARTICIPANT FILE: have it send a request; prints nothing
emu_send() {
	curl -sf -o "$work/sent" --data-binary "@$2" \
	    "http://127.0.0.1:$smev_port/emu/send?from=$1"
}

emu_script() {
	curl -sf -o /dev/null --data-binary "$1" "http://127.0.0.1:$smev_port/emu/script"
}

emu_state() {
	curl -sf "http://127.0.0.1:$smev_port/emu/state"
}

emu_summary() {
	emu_state | jq -r '.messages[] | "  \(.sender) → \(.recipient // "-"): \(.root // .kind)  \(.state)\(if .answer then " (" + .answer + ")" else "" end)"' |
	    sort | uniq -c
}

# fields NAME...: of one reading of the balance, so that they fit together
fields() {
	ctl balance --json | jq -r "[$(echo "$*" | sed 's/ /, /g; s/[a-z_]\{1,\}/.&/g')] | join(\" \")"
}

# Messages to us that SMEV has not done with: they wait there, or were given to
# us and wait for our word.  What died with its process is among these, and
# comes again only after the emulator's `unconfirmed`.
to_come() {
	emu_state | jq '[.messages[] | select(.recipient == "rs-50") | select(.state | IN("acked", "expired", "rejected") | not)] | length'
}

# Nothing waits, neither with us nor in the emulator, and while both were
# asked nothing came.
is_quiet() {
	quiet_before=$(fields accepted waiting held owed out_waiting out_held)
	echo "$quiet_before" | awk '{ exit !($2 == $3 && $5 == $6) }' &&
	    [ "$(to_come)" = 0 ] &&
	    [ "$(fields accepted waiting held owed out_waiting out_held)" = "$quiet_before" ]
}

# all_delivered: the balance is right, and nothing of it waits or is held
all_delivered() {
	ctl balance --json | jq -e '.right and .owed == .delivered and .waiting == 0 and .out_waiting == 0'
}

wait_quiet() {
	wait_for "$1" is_quiet && sleep 1 && wait_for "$1" is_quiet
}

# Requests of ZAGS as they were published, where they lie beside the project.
real_samples() {
	shared=${KONTINGENT_SHARED:-$source/../shared}/domain/realdata
	for file in "$shared/zags-fataloiv-4.0.0/FATALOIVRequest-sample0.xml" \
	    "$shared/zags-fatal-4.0.2/FATALRequest-4records-body.xml"; do
		[ ! -f "$file" ] || echo "$file"
	done
}

# What the demo promises, beside the balance.
check_demo() {
	lives=$(ctl person find ОБРАЗЦОВ --json | jq -r 'select(.given_name == "Образец") | .life_status')
	[ "$lives" = dead ] || { echo "смерть ученика не дошла до реестра: $lives"; return 1; }
	[ "$(ctl person find ПРИМЕРОВА --json | jq -r 'select(.given_name == "Новинка") | .birth_date')" = 2026-11-05 ] ||
	    { echo "рождение не дошло до реестра"; return 1; }
	emu_state | jq -e '[.messages[] | select(.root == "PushChangesRequest")] | length > 0' >/dev/null ||
	    { echo "федеральный сегмент ничего не получил"; return 1; }
}
