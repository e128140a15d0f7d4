#!/bin/sh
# SMEV takes a response of a system behind the door, and refuses it later.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/scenario/door.sh
. "$(dirname "$0")/door.sh"
[ -n "$python" ] || skip_all 'no python3-zeep'
start_region
stop_daemon
sed -i 's|^smev {|&\n\tpoll_status_ms = 100|' "$work/kontingentd.conf"
start_daemon
door_tests "$source/test/scenario/door_status.py"
expect 'the balance is right' true "$(balance right)"
finish
