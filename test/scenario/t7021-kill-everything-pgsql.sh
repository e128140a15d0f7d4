#!/bin/sh
# The daemon dies at every failpoint and at random, on PostgreSQL.
set -eu
# shellcheck source=test/scenario/lib.sh
. "${0%/*}/lib.sh"
[ -n "${KONTINGENT_TEST_PGSQL:-}" ] || skip_all "no PostgreSQL"
export SCENARIO_DATABASE=pgsql
# shellcheck source=test/scenario/kill-everything.sh
. "${0%/*}/kill-everything.sh"
