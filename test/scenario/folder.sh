# shellcheck shell=sh
# shellcheck disable=SC2034 # door.sh uses what is set here
# test/scenario/folder.sh - the systems of door.sh have folders: each drops
# messages into out/ of its own and finds in in/ what came for it.
#
# Sourced after lib.sh.
mkdir -p "$work/ask" "$work/answer"
DOOR_ASK=$(printf '\tfolder = "%s/ask"\n\tfolder_in = "always"\n.' "$work")
DOOR_ASK=${DOOR_ASK%.}
DOOR_ANSWER=$(printf '\tfolder = "%s/answer"\n\tfolder_in = "always"\n\tfolder_names = "plain"\n\tfolder_sent = "keep"\n.' "$work")
DOOR_ANSWER=${DOOR_ANSWER%.}
DEMO_CONF=$(printf 'filer {\n\tscan_ms = 1000\n\tsettle_ms = 2000\n}\n.')
DEMO_CONF=${DEMO_CONF%.}
# shellcheck source=test/scenario/door.sh
. "${0%/*}/door.sh"
