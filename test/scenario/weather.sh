# shellcheck shell=sh
# shellcheck disable=SC2154 # lib.sh sets what is used here
# test/scenario/weather.sh - a day of traffic while SMEV and we have troubles of
# every kind, an hour each as a seed has it.  Short hours, and few; a whole day
# under `make check-long`.

# shellcheck source=test/scenario/kill.sh
. "${0%/*}/kill.sh"

export DEMO_TIMEOUT_MS=2000 DEMO_RETRY_MS=100 DEMO_LEASE_MS=3000 DEMO_ACK_MS=1000
export DEMO_SMEVEMU='unconfirmed 2s'
hours=9 hour_s=3
[ -z "${KONTINGENT_LONG:-}" ] || { hours=24 hour_s=${KONTINGENT_HOUR_S:-120}; }
seed=${KONTINGENT_SEED:-1}

# The weathers of a day: each once, in an order that the seed gives, then anew.
weathers() {
	for round in 1 2 3; do
		printf '%s\n' calm slow drops garbage twice lost-acks errors overflow resets \
		    away stop kill store-dies reload |
		    awk -v seed="$((seed * 3 + round))" 'BEGIN { srand(seed) } { print rand(), $0 }' |
		    sort -n | cut -d' ' -f2
	done
}

# The other end hangs for a while, with all that it knows.
away() {
	kill -STOP "$emu_pid"
	sleep $((hour_s / 2 + 1))
	kill -CONT "$emu_pid"
}

restart_daemon() {
	stop_daemon
	start_daemon
}

daemon_killed() {
	kill -9 "$daemon_pid"
	wait "$daemon_pid" 2>/dev/null || :
	start_daemon
}

store_killed() {
	old=$(role_pid store)
	kill -9 "$old"
	wait_for 20 role_replaced store "$old"
}

strike() {
	case $1 in
	calm) ;;
	slow) emu_script 'fault delay 400 chance 30%' ;;
	drops) emu_script "$(printf '%s\n' 'fault drop chance 15%' 'fault silent on SendRequest times 2')" ;;
	garbage) emu_script 'fault garbage chance 15%' ;;
	twice) emu_script 'fault duplicate chance 30%' ;;
	lost-acks) emu_script 'fault lose-ack on Ack chance 40%' ;;
	errors) emu_script "$(printf '%s\n' 'fault status 503 chance 20%' 'fault element SMEVFailure chance 10%')" ;;
	overflow) emu_script 'fault element DestinationOverflow on SendRequest chance 40%' ;;
	resets) emu_script "$(printf '%s\n' 'fault reset chance 20%' 'fault wrong-signature chance 10%')" ;;
	away) away ;;
	stop) restart_daemon ;;
	kill) daemon_killed ;;
	store-dies) store_killed ;;
	reload) kill -HUP "$daemon_pid" ;;
	esac
}

hour() {
	load_rate=8
	load "$seed" $((hour_s * 6))
	load_rate=max
	birth "$seed" || not_ok "a birth is taken by the emulator in hour $1"
	seed=$((seed + 1))
	if strike "$2"; then
		ok "hour $1: $2"
	else
		not_ok "hour $1: $2 does not pass: $(tail -n 2 "$work/kontingentd.log")"
	fi
	sleep "$hour_s"
	birth "$seed" || not_ok "a second birth is taken in hour $1"
	seed=$((seed + 1))
	emu_script 'clear faults'
}

start_region
sed -i 's/^retry {/&\n\tsend_attempts = 1000/' "$work/kontingentd.conf"
restart_daemon
emu_script "seed $seed"
h=0
for kind in $(weathers | head -n "$hours"); do
	h=$((h + 1))
	hour "$h" "$kind"
done
loads_ended 'whatever the weather'
check_all
finish
