#!/bin/sh
# Each role dies by SIGKILL, and hangs, while packets come: the daemon goes on,
# the role is replaced, and nothing is lost.
set -eu
# shellcheck source=test/scenario/lib.sh
. "${0%/*}/lib.sh"
# shellcheck source=test/scenario/kill.sh
. "${0%/*}/kill.sh"

export DEMO_HANG_MS=1500 DEMO_TIMEOUT_MS=3000 DEMO_RETRY_MS=50 DEMO_LEASE_MS=3000
export DEMO_SMEVEMU='unconfirmed 2s'
roles='front store opener sealer signer courier'
packets=40
[ -z "${KONTINGENT_LONG:-}" ] || packets=400

start_region
first=$daemon_pid
seed=0
load_rate=40
for role in $roles; do
	seed=$((seed + 1))
	load $seed $packets
	birth $seed
	old=$(role_pid "$role")
	kill -9 "$old"
	if wait_for 20 role_replaced "$role" "$old"; then
		ok "$role that was killed is replaced"
	else
		not_ok "$role that was killed is replaced"
	fi
	loads_ended "though $role was killed"
done
expect "the daemon is the same" alive "$(kill -0 "$first" && echo alive)"

# A role that hangs is not dead: the watchdog has to find it.
stop_daemon
export KONTINGENT_FAILPOINTS="front.answer=hang:9,store.message=hang:90,\
opener.job=hang:40,sealer.job=hang:30,signer.sign=hang:20,courier.call=hang:20"
start_daemon
unset KONTINGENT_FAILPOINTS
for seed in 11 12; do
	load $seed $packets
	birth $seed
done
loads_ended "though all hung"
has_hung() {
	grep -q "event=hang role=$1 .*result=killed" "$work/kontingentd.log"
}
for role in $roles; do
	if wait_for 20 has_hung "$role"; then
		ok "$role that hung was killed"
	else
		not_ok "$role that hung was killed"
	fi
done
check_all
finish
