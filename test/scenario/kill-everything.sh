# shellcheck shell=sh
# shellcheck disable=SC2154 # lib.sh sets what is used here
# test/scenario/kill-everything.sh - the whole daemon, or the store alone, dies at
# every failpoint and at random moments, on the database the caller chose.

# shellcheck source=test/scenario/kill.sh
. "${0%/*}/kill.sh"

export DEMO_HANG_MS=10000 DEMO_TIMEOUT_MS=3000 DEMO_RETRY_MS=50 DEMO_LEASE_MS=3000
export DEMO_SMEVEMU='unconfirmed 2s'
packets=6 moments=4
[ -z "${KONTINGENT_LONG:-}" ] || { packets=60 moments=60; }

# Every place in the source where a process may be told to stop.
failpoints() {
	grep -rhoE 'FAILPOINT(_OF)?\("[a-z_.]+"' "$source/gateway" |
	    sed 's/.*"\(.*\)"/\1/' | grep -v '^parent\.start$' | sort -u
}

daemon_gone() {
	! kill -0 "$daemon_pid"
}

# Its parent dies at once; wait(2) for it, so that the pid is free.
daemon_died() {
	wait_for 20 daemon_gone || return 1
	wait "$daemon_pid" 2>/dev/null || :
	daemon_pid=''
}

role_died() {
	grep -q 'event=died .* signal=9 ' "$work/kontingentd.log"
}

# traffic PLACE ACTION: it may die before it serves, so nobody waits for that
traffic() {
	export KONTINGENT_FAILPOINTS="$1=$2:$((seed % 3))"
	launch_daemon
	unset KONTINGENT_FAILPOINTS
	load "$seed" "$packets"
	birth "$seed"
	seed=$((seed + 1))
}

# at_failpoint NAME: the daemon dies there, and another one takes over.
at_failpoint() {
	traffic "$1" killall
	if daemon_died; then
		ok "the daemon died at $1"
	else
		not_ok "the daemon died at $1: it was not passed"
		stop_daemon
	fi
	start_daemon || return 1
	load_ended || not_ok "packets were accepted after $1"
	stop_daemon
}

# The store alone dies at a place of its own; the daemon goes on.
store_at_failpoint() {
	: >"$work/kontingentd.log"
	traffic "$1" kill
	if wait_for 20 role_died; then
		ok "the store died at $1"
	else
		not_ok "the store died at $1: it was not passed"
	fi
	load_ended || not_ok "packets were accepted after $1"
	stop_daemon
}

# Milliseconds that a seed chooses.
moment() {
	awk -v seed="$1" 'BEGIN { srand(seed); print int(rand() * 400) / 1000 }'
}

at_random() {
	start_daemon || return 1
	load_rate=100
	load "$seed" $((packets * 10))
	birth "$seed"
	sleep "$(moment "$seed")"
	kill -9 "$daemon_pid"
	daemon_died || not_ok "SIGKILL ends the daemon"
	start_daemon || return 1
	load_ended || not_ok "packets were accepted after a kill at random"
	seed=$((seed + 1)) load_rate=max
	stop_daemon
}

seed=${KONTINGENT_SEED:-1}
start_region
stop_daemon
for place in $(failpoints); do
	at_failpoint "$place"
done
for place in $(failpoints | grep -E '^(store|settle|call|poller|sender)\.'); do
	store_at_failpoint "$place"
done
i=0
while [ $i -lt $moments ]; do
	at_random
	i=$((i + 1))
done
start_daemon
check_all
finish
