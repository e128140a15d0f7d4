#!/bin/sh
# The adapter's door as PHP's SoapClient sees it.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/scenario/door.sh
. "$(dirname "$0")/door.sh"
{ command -v php && php -m | grep -qix soap; } >/dev/null 2>&1 || skip_all 'no php-cli with php-soap'
python=php
start_region
door_tests "$source/test/scenario/door_talk.php"
wait_for 30 is_quiet || not_ok 'the queues do not run empty'
expect 'the balance is right' true "$(balance right)"
finish
