#!/bin/sh
# The daemon dies at every failpoint and at random: nothing is lost or twice.
set -eu
# shellcheck source=test/scenario/lib.sh
. "${0%/*}/lib.sh"
# shellcheck source=test/scenario/kill-everything.sh
. "${0%/*}/kill-everything.sh"
