# shellcheck shell=sh
# shellcheck disable=SC2154 # lib.sh sets what is used here
# test/scenario/other.sh - a region whose SMEV is other_smev.py.
#
# Sourced after lib.sh, with database, DEMO_* and, for files, ftp_port set.
at=http://127.0.0.1
other_pid=

smev() {
	curl -sf --max-time 20 "$@"
}

# give OPTIONS FILE: queue a document; prints its MessageID
give() {
	smev --data-binary "@$2" "$at:$smev_port/give?$1"
}

# seen FILTER MORE: of all calls that came
seen() {
	smev "$at:$smev_port/seen" | jq -r "[.calls[] | select($1)]$2"
}

# seen_one FILTER [COUNT]: for wait_for
seen_one() {
	[ "$(seen "$1" ' | length')" -ge "${2:-1}" ]
}

# birth ACT DOCUMENT NAME: a file with one more birth
birth() {
	sed "s/110269500000100002002/$1/; s/700002/$2/; s/demo-birth-1/birth-$2/; s/Новинка/${3:-Новинка}/" \
	    "$source/demo/birth.xml" >"$work/birth-$2.xml"
	echo "$work/birth-$2.xml"
}

stop_other() {
	stop_region
	stop_pid "$other_pid"
	other_pid=
}

# Any python3 will do; with a file store, one that has pyftpdlib.
start_other() {
	http_port=$(free_port)
	smev_port=$(free_port)
	mkdir -p "$work/state"
	database=${database:-$(make_database)}
	"$source/scripts/demo-region" "$work" "$source" "$http_port" "$smev_port" "$database"
	trap stop_other EXIT
	OPENSSL_CONF=$KONTINGENT_OPENSSL_CONF "${python:-python3}" "$source/test/scenario/other_smev.py" "$smev_port" \
	    "$work/keys/smev.key" "$work/keys/smev.pem" "$work/keys/caller.pem" \
	    ${ftp_port:+"$ftp_port" "$work/store"} >"$work/other.log" 2>&1 &
	other_pid=$!
	wait_for 20 smev -o /dev/null "$at:$smev_port/seen" || skip_all 'the other SMEV does not start'
	start_daemon
}
