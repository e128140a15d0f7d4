#!/bin/sh
# Whoever dies, a message of a system behind the folder is neither lost nor doubled.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/scenario/kill-folder.sh
. "$(dirname "$0")/kill-folder.sh"
