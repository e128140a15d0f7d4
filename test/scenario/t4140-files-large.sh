#!/bin/sh
# A large file in and out, in constant memory: 64 MiB, and in make check-long
# 1 GiB, the most that SMEV takes.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/scenario/files.sh
. "$source/test/scenario/files.sh"
by_hand
size=$((64 * 1024 * 1024)) patience=120
[ -z "${KONTINGENT_LONG:-}" ] || size=$((1024 * 1024 * 1024)) patience=900
[ "$(df -Pk "$work" | awk 'NR == 2 { print $4 }')" -gt $((size / 1024 * 6)) ] ||
    skip_all 'no room for the file'
neighbour="participant federal cert $keys/source.pem"
start_files
prepare_owing
head -c "$size" /dev/urandom >"$work/large.bin"

# bounded WHAT: no process has held the file, or even a good part of it
bounded() {
	for role in store courier opener sealer signer; do
		most=$(hwm "$role")
		[ "$most" -lt 49152 ] && ok "$1: $role needs $most kB at most" ||
		    not_ok "$1: $role needs $most kB"
	done
}

started=$(date +%s%N)
id=$(uuid1)
ask "$id" "$source/demo/get-nobody.xml" "$(ref_header "$work/large.bin" "$(upload "$work/large.bin")")"
wait_for "$patience" in_state "$id" acked && ok 'a large file comes' || not_ok 'a large file does not come'
cmp -s "$work/large.bin" "$(ctl packet files "$id" --json | jq -r .path)" && ok 'and is whole' || not_ok 'and is not whole'
bounded in
grep 'file=carried' "$work/kontingentd.log" | tail -1 | sed 's/^/# /'

owe "$work/large.bin"
again
wait_for "$patience" sent && ok 'a large file goes' || not_ok 'a large file does not go'
bounded out
grep 'file=carried' "$work/kontingentd.log" | tail -1 | sed 's/^/# /'
echo "# all of it: $((($(date +%s%N) - started) / 1000000)) ms"
finish
