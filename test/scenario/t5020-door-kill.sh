#!/bin/sh
# Whoever dies, a message of a system behind the door is neither lost nor doubled.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/scenario/kill-door.sh
. "$(dirname "$0")/kill-door.sh"
