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

# Every place in the source where a process may be told to stop, but those that
# kill-door.sh, kill-folder.sh, t4120-files-kill.sh and t4130-files-out.sh have.
failpoints() {
	grep -rhoE 'FAILPOINT(_OF)?\("[a-z_.]+"' "$source/gateway" |
	    sed 's/.*"\(.*\)"/\1/' | grep -vE '^(parent\.start$|door\.|filer\.|ftp\.|fetch\.|parcel\.|courier\.file$)' | sort -u
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

# traffic: some more of it
traffic() {
	load "$seed" "$packets"
	birth "$seed"
	seed=$((seed + 1))
}

# armed POINTS: a daemon that nobody waits for, as it may die before it serves
armed() {
	export KONTINGENT_FAILPOINTS="$1"
	launch_daemon
	unset KONTINGENT_FAILPOINTS
}

# The daemon dies there; the next one takes over what it left.
at_failpoint() {
	armed "$1=killall:$((seed % 3))"
	traffic
	if daemon_died; then
		ok "the daemon died at $1"
	else
		not_ok "the daemon died at $1: it was not passed"
		stop_daemon
	fi
}

stores_died() {
	[ "$(grep -c 'event=died role=store .*signal=9' "$work/kontingentd.log")" -ge "$1" ]
}

# The store alone dies, at each of the places in turn; the daemon goes on.  How
# often a place is passed hangs on what goes into one message, so there is
# traffic until it is enough.
store_at_failpoints() {
	died=0 points=''
	for point in "$@"; do
		points="$points,$point=kill:$died"
		died=$((died + 1))
	done
	: >"$work/kontingentd.log"
	armed "${points#,}"
	traffic
	more=6
	until stores_died $died || [ $more -eq 0 ]; do
		traffic
		wait_for 10 stores_died $died || :
		more=$((more - 1))
	done
	if stores_died $died; then
		ok "the store died at $*"
	else
		not_ok "the store died at $*"
	fi
	stop_daemon
}

# Milliseconds that a seed chooses.
moment() {
	awk -v seed="$1" 'BEGIN { srand(seed); print int(rand() * 900) / 1000 }'
}

at_random() {
	launch_daemon
	load_rate=100
	traffic
	load_rate=max
	sleep "$(moment "$seed")"
	kill -9 "$daemon_pid"
	daemon_died || not_ok "SIGKILL ends the daemon"
}

seed=${KONTINGENT_SEED:-1}
start_region
stop_daemon
# Here it dies far oftener than a packet is tried before a person has to look.
sed -i 's/^retry {/&\n\tpacket_attempts = 1000/' "$work/kontingentd.conf"
for place in $(failpoints); do
	at_failpoint "$place"
done
i=0
while [ $i -lt $moments ]; do
	at_random
	i=$((i + 1))
done
store_at_failpoints store.message settle.before_release store.after_commit store.tick
store_at_failpoints call.answer poller.before_ack store.before_commit sender.after_keep
start_daemon
loads_ended "though the daemon died at every place"
check_all
finish
