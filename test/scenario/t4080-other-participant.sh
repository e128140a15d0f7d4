#!/bin/sh
# A participant of SMEV that shares no code with smevemu: it is understood, and
# understands.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
smev_port=$(free_port)
mkdir -p "$work"
"$source/scripts/make-keys" "$KONTINGENT_TEST_KEYS"
keys=$KONTINGENT_TEST_KEYS
cat >"$work/smevemu.conf" <<CONF
listen 127.0.0.1 $smev_port
key $keys/smev.key $keys/smev.pem
participant asker cert $keys/caller.pem
participant provider cert $keys/source.pem
type other provider provider
version urn://test/other/1.0 Ask Answer
CONF
trap stop_region EXIT
start_emu || skip_all 'smevemu does not start'
for version in 1.1 1.2 1.3; do
	OPENSSL_CONF=$KONTINGENT_OPENSSL_CONF python3 "$source/test/scenario/other_participant.py" \
	    "http://127.0.0.1:$smev_port/smev/v$version/ws" "$keys" "$version" >"$work/tap" 2>"$work/tap.err"
	tail -n 3 "$work/tap.err" >&2
	while read -r line; do
		case $line in
		"ok "*) ok "${line#* - }" ;;
		"not ok "*) not_ok "${line#* - }" ;;
		1..*) ok "$version: all was tried" ;;
		esac
	done <"$work/tap"
	grep -q '^1\.\.' "$work/tap" || not_ok "$version: it ended too soon"
done
finish
