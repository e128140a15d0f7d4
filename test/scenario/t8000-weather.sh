#!/bin/sh
# A day of weather: nothing is lost, nothing is there twice.
set -eu
# shellcheck source=test/scenario/lib.sh
. "${0%/*}/lib.sh"
# shellcheck source=test/scenario/weather.sh
. "${0%/*}/weather.sh"
