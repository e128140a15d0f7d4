#!/bin/sh
# The disk of the database fills up: packets are refused with a clear code,
# nothing is lost, and all goes on when there is room again.
set -eu
# shellcheck source=test/scenario/lib.sh
. "${0%/*}/lib.sh"
# shellcheck source=test/scenario/kill.sh
. "${0%/*}/kill.sh"

export DEMO_RETRY_MS=50 DEMO_LEASE_MS=3000 DEMO_SMEVEMU='unconfirmed 2s'
mkdir -p "$work/state"
mount -t tmpfs -o size=32m tmpfs "$work/state" 2>/dev/null ||
    skip_all "no tmpfs can be mounted here"

unmount() {
	stop_region
	umount "$work/state" 2>/dev/null || umount -l "$work/state"
}

# Leave no block free, but for what the database has already.
fill_disk() {
	dd if=/dev/zero of="$work/state/ballast" bs=4k 2>/dev/null || :
}


start_region
trap unmount EXIT
first=$daemon_pid
load 1 20
birth 1
loads_ended "while there is room"

fill_disk
# A packet that does not fit into what is left of the log, whatever it is.
mkdir "$work/dump"
"$build/kontingent-load" --dump "$work/dump" --source sgo-school --kind learner \
    --bad 0 --no-prelude -n 20 --records 20 -s 77 >/dev/null
status=000
for file in "$work"/dump/*; do
	status=$(post "$file" demo-school-key)
	[ "$status" = 202 ] || break
done
expect "a packet that can't be kept is refused" 503 "$status"
expect_grep "the code says why" STO_FULL "$work/answer"
expect_grep "and when to come again" '^Retry-After: [0-9]' "$work/head"
expect "the daemon goes on" alive "$(kill -0 "$first" && echo alive)"

# Senders try on, and a request of ZAGS waits in SMEV.
load 2 40
birth 2
sleep 2
rm -f "$work/state/ballast"
loads_ended "once there was room again"
cp "$file" "$work/one.xml"
expect "what was refused is accepted" 202 "$(post "$work/one.xml" demo-school-key)"
expect "the daemon is the same" alive "$(kill -0 "$first" && echo alive)"
check_all
unmount
finish
