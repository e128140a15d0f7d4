#!/bin/sh
# What SMEV gave to a daemon that died is given again, and taken once; it is not
# quiet before that.
set -eu
# shellcheck source=test/scenario/lib.sh
. "${0%/*}/lib.sh"
# shellcheck source=test/scenario/kill.sh
. "${0%/*}/kill.sh"

export DEMO_SMEVEMU='unconfirmed 2s'

daemon_gone() {
	! kill -0 "$daemon_pid"
}

# dies_at POINT NUMBER: the daemon dies there of a birth, and stays dead
dies_at() {
	export KONTINGENT_FAILPOINTS="$1=killall:0"
	start_daemon
	unset KONTINGENT_FAILPOINTS
	birth "$2"
	if wait_for 30 daemon_gone; then
		ok "the daemon died at $1"
	else
		not_ok "the daemon died at $1"
		stop_daemon
	fi
	wait "$daemon_pid" 2>/dev/null || :
	daemon_pid=''
}

acts() {
	ctl status --json | jq -s '[.[].acts // empty] | add'
}

start_region
wait_quiet 40 || not_ok 'the queues do not run empty'
stop_daemon

dies_at settle.before_release 1
# Nobody is there to take it: what is asked here does not change with time.
expect 'nothing of it is here' '0 0' "$(fields accepted waiting)"
expect 'SMEV still has it' 1 "$(to_come)"
expect 'so it is not quiet, though nothing waits here' no "$(is_quiet && echo yes || echo no)"
start_daemon
wait_quiet 40 || not_ok 'the queues do not run empty'
expect 'it came again, and is an act' 1 "$(acts)"
stop_daemon

dies_at poller.before_ack 2
expect 'this one is an act already' 2 "$(acts)"
expect 'SMEV does not know that' 1 "$(to_come)"
start_daemon
wait_quiet 40 || not_ok 'the queues do not run empty'
check_births
check_balance
finish
