#!/bin/sh
# What ends is foreseen: in the log, as a metric, and by kontingentctl.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
keys=$KONTINGENT_TEST_KEYS
"$source/scripts/make-keys" "$keys"
mkdir -p "$work/ca"
cp "$keys/ca.pem" "$keys/ca.crl" "$work/ca"
DEMO_SMEV=$(printf 'ca_folder = "%s"' "$work/ca")
export DEMO_SMEV
start_region

# key FILTER: a field of `keys list`
key() {
	ctl keys list --json | jq -r "$1"
}

expect 'all that is believed and signs is listed' 'ca crl key smev source' \
    "$(key .kind | sort -u | tr '\n' ' ' | sed 's/ $//')"
expect 'the key that signs is active, and its end stops all' 'true system file true' \
    "$(key 'select(.kind == "key") | "\(.active) \(.use) \(.source) \(.days > 3000 and (.stops | length) > 0)"')"
expect 'what is over says what it stopped' 'true true' \
    "$(key 'select(.name == "sgo-expired") | "\(.days < 0) \(.stops | test("sgo-expired"))"')"
ctl keys list >"$work/out"
expect_grep 'people read it, too' 'ключ smev в файле, подписи системы, подписывает сейчас' "$work/out"
expect_grep 'with what stops' 'остановится: весь обмен со СМЭВ' "$work/out"
ctl check keys >"$work/out"
expect 'check keys says no for what is over' 1 "$?"
expect_grep 'and names it' 'подписант источника sgo-expired' "$work/out"
expect_grep 'the log said so at the start' 'event=expiry kind=source name=sgo-expired .*result=over' "$work/kontingentd.log"
curl -sf -o "$work/metrics" "http://127.0.0.1:$http_port/metrics"
expect_grep 'days are a metric' 'kontingent_expiry_days\{kind="source",name="sgo-expired",.*\} -[0-9]+' "$work/metrics"

# The right one is put in its place, without a restart.
sed -i "s|keys/expired.pem|keys/sgo.pem|" "$work/kontingentd.conf"
kill -HUP "$daemon_pid"
wait_for 30 grep -q 'event=reload result=done' "$work/kontingentd.log" || not_ok 'reload'
wait_for 30 curl -sf -o /dev/null "http://127.0.0.1:$http_port/readyz"
ctl check keys >"$work/out"
expect 'check keys says yes then' 0 "$?"

stop_daemon
ctl check keys >"$work/out"
expect 'it works without the daemon' 0 "$?"
finish
