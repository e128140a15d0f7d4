#!/bin/sh
# Registry messages: whose word each record is, without and with authorities.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/scenario/told.sh
. "$(dirname "$0")/told.sh"
top=$work
for mode in plain trusted; do
	work=$top/$mode
	database=''
	mkdir -p "$work/ca"
	DEMO_SED=''
	if [ $mode = trusted ]; then
		cp "$KONTINGENT_TEST_KEYS/ca.pem" "$KONTINGENT_TEST_KEYS/ca.crl" "$work/ca/"
		DEMO_SED="s|^smev {|&\\n\\tca_folder = \"$work/ca\"|
			s|adapter = \"zags-rogdzp\"|&\\n\\trecord_signature = \"required\"|"
	fi
	start_told
	told_tests "$source/test/scenario/records.py" $mode
	judge_told
	stop_region
done
work=$top
finish
