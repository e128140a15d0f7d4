# shellcheck shell=sh
# test/scenario/door.sh - a region with systems behind the adapter's door: ask-is
# sends requests of urn://x-test/door/1.0, answer-is answers them.  SMEV carries
# both ways, so one region plays both sides.
#
# Sourced after lib.sh.

door_digest() {
	printf %s "$1" | openssl dgst -sha256 -r | cut -d' ' -f1
}

# door_source NAME KEY: a system behind the door
door_source() {
	printf 'source "%s" {\n\tit_system = "%s"\n\tkey_sha256 = {"%s"}\n%s}\n' \
	    "$1" "$1" "$(door_digest "$2")" "${3:-}"
}

# door_type NAME ROLE SYSTEMS [LINES]
door_type() {
	printf 'datatype "%s" {\n\tnamespace = "urn://x-test/door/1.0"\n\trequest_root = "Ask"\n\tresponse_root = "Answer"\n\trole = "%s"\n\tadapter = "door"\n\tit_system = {%s}\n%s}\n' \
	    "$1" "$2" "$3" "${4:-}"
}

# DOOR_ASK and DOOR_ANSWER are lines more for the two.
DEMO_CONF=${DEMO_CONF:-}$(door_source ask-is ask-key "${DOOR_ASK:-}"
	door_source answer-is answer-key "${DOOR_ANSWER:-}"
	door_source other-is other-key
	door_source revoked-is revoked-key "$(printf '\trevoked = true\n ')"
	door_type asks consumer '"ask-is", "other-is"'
	door_type answers provider '"answer-is"')
DEMO_SMEVEMU='type door provider rs-50
version urn://x-test/door/1.0 Ask Answer'
export DEMO_CONF DEMO_SMEVEMU

# The python that has zeep: Debian's, whatever stands before it in PATH.
python=''
for candidate in python3 /usr/bin/python3; do
	[ -n "$python" ] || ! "$candidate" -c 'import zeep' 2>/dev/null || python=$candidate
done

# door_tests FILE ARGUMENT...: run a python program, each line of which is "ok
# NAME", "not ok NAME" or a note
door_tests() {
	SCENARIO_DOOR="http://127.0.0.1:$http_port/ws/SMEVServiceAdapterService" \
	    SCENARIO_EMU="http://127.0.0.1:$smev_port" SCENARIO_CONF="$work/kontingentd.conf" \
	    SCENARIO_CTL="$build/kontingentctl" SCENARIO_WORK="$work" SCENARIO_PID="$daemon_pid" \
	    SCENARIO_SOURCE="$source" PYTHONDONTWRITEBYTECODE=1 \
	    "$python" "$@" >"$work/door.out" 2>"$work/door.err" || echo "not ok the client ended well: $(head -n 3 "$work/door.err" | tr '\n' ' ')" >>"$work/door.out"
	while IFS= read -r line; do
		case $line in
		'ok '*) ok "${line#ok }" ;;
		'not ok '*) not_ok "${line#not ok }" ;;
		*) echo "# $line" ;;
		esac
	done <"$work/door.out"
}
