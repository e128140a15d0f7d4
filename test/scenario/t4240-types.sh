#!/bin/sh
# Data types and their versions are settings, and so is what requests carry.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/scenario/told.sh
. "$(dirname "$0")/told.sh"
top=$work
rogdzp=urn://x-artefacts-zags-rogdzp/root/112-23
rs=urn://x-contingent/rs-federal

# A folder of schemas with a version more of two data types.
schemas=$top/schemas
cp -R "$KONTINGENT_SCHEMAS" "$schemas"
mkdir "$schemas/zags-rogdzp/4.0.2" "$schemas/rs-federal/1.1.0"
sed "s|$rogdzp/4.0.1|$rogdzp/4.0.2|g" "$schemas/zags-rogdzp/4.0.1/rogdzp.xsd" >"$schemas/zags-rogdzp/4.0.2/rogdzp.xsd"
sed "s|$rs/1.0.0|$rs/1.1.0|g" "$schemas/rs-federal/1.0.0/rs-federal.xsd" >"$schemas/rs-federal/1.1.0/rs-federal.xsd"
cat >>"$schemas/catalog.conf" <<CATALOG
zags-rogdzp/4.0.2/rogdzp.xsd $rogdzp/4.0.2 * analogy
rs-federal/1.1.0/rs-federal.xsd $rs/1.1.0 * own
CATALOG

for mode in new old trial; do
	work=$top/$mode
	database=''
	mkdir -p "$work"
	case $mode in
	new)
		export DEMO_SMEV_VERSION=1.3 KONTINGENT_SCHEMAS="$schemas"
		DEMO_SED="s|namespace = \"$rogdzp/4.0.1\"|namespace = {\"$rogdzp/4.0.2\", \"$rogdzp/4.0.1\"}|
			/^datatype \"federal-push\"/,/^}/{
				s|namespace = .*|namespace = {\"$rs/1.1.0\", \"$rs/1.0.0\"}|
				s|adapter = .*|&\\n\\tfrgu = \"5000000010000000001\"\\n\\ttransaction_code = \"ignore\"\\n\\teol_s = 3600\\n\\trouting_dynamic = {\"46000000\"}\\n\\trouting_identifier = {\"7\"}|
			}"
		;;
	old)
		export DEMO_SMEV_VERSION=1.1-2014
		DEMO_SED='/^datatype "zags-rogdzp"/,/^}/s|role = .*|role = "subscriber"|'
		;;
	trial)
		export DEMO_SMEV_VERSION=1.2
		DEMO_SED='s|^smev {|&\n\ttest_message = true|'
		;;
	esac
	start_told
	told_tests "$source/test/scenario/datatypes.py" $mode
	judge_told
	stop_region
done
work=$top
finish
