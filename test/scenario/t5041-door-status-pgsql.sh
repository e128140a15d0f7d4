#!/bin/sh
# The same on PostgreSQL.
[ -n "${KONTINGENT_TEST_PGSQL:-}" ] || { echo 'ok 1 # SKIP no KONTINGENT_TEST_PGSQL'; echo 1..1; exit 0; }
export SCENARIO_DATABASE=pgsql
exec sh "$(dirname "$0")/t5040-door-status.sh"
