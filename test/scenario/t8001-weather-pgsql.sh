#!/bin/sh
# A day of weather, on PostgreSQL: nothing is lost, nothing is there twice.
set -eu
# shellcheck source=test/scenario/lib.sh
. "${0%/*}/lib.sh"
[ -n "${KONTINGENT_TEST_PGSQL:-}" ] || skip_all "no PostgreSQL"
export SCENARIO_DATABASE=pgsql KONTINGENT_SEED="${KONTINGENT_SEED:-2}"
# shellcheck source=test/scenario/weather.sh
. "${0%/*}/weather.sh"
