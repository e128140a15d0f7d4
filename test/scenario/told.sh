# shellcheck shell=sh disable=SC2154 # build, source and work are those of lib.sh
# test/scenario/told.sh - a region whose SMEV is test/scenario/told_smev.py.
#
# Sourced after lib.sh.  Any python3 will do: it uses nothing but its own library.

# start_told: the daemon; its SMEV is there as soon as a program runs.  DEMO_SED
# changes the settings before.
start_told() {
	http_port=$(free_port)
	smev_port=$(free_port)
	mkdir -p "$work/state"
	database=${database:-$(make_database)}
	"$source/scripts/demo-region" "$work" "$source" "$http_port" "$smev_port" "$database"
	sed -i "${DEMO_SED:-}" "$work/kontingentd.conf"
	trap stop_region EXIT
	start_daemon
}

# told_tests PROGRAM ARGUMENT...: each line it prints is "ok NAME", "not ok
# NAME" or a note
told_tests() {
	SCENARIO_BUILD=$build SCENARIO_WORK=$work SCENARIO_SOURCE=$source \
	    SCENARIO_HTTP="http://127.0.0.1:$http_port" SCENARIO_SMEV_PORT=$smev_port \
	    PYTHONDONTWRITEBYTECODE=1 \
	    python3 "$@" >"$work/told.out" 2>"$work/told.err" ||
	    echo "not ok the program ended well: $(tail -n 3 "$work/told.err" | tr '\n' ' ')" >>"$work/told.out"
	while IFS= read -r line; do
		case $line in
		'ok '*) ok "${line#ok }" ;;
		'not ok '*) not_ok "${line#not ok }" ;;
		*) echo "# $line" ;;
		esac
	done <"$work/told.out"
}

# What has to be true after everything.
judge_told() {
	expect 'the balance is right' true "$(balance right)"
	ctl verify-journal >/dev/null && ok 'the journal is whole' || not_ok 'the journal is not whole'
}
