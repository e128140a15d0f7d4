#!/bin/sh
# Files of our messages go out: small ones inside, large ones by the file store,
# each into a folder of its own, signed by the key that signs files.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/scenario/files.sh
. "$source/test/scenario/files.sh"
by_hand
export DEMO_RETRY_MS=50
start_files
# envelope_of: what SMEV was sent
envelope_of() {
	curl -sf "http://127.0.0.1:$smev_port/emu/messages/$(message_of)" >"$work/envelope"
}

# hash_bytes: of the first digest in it
hash_bytes() {
	envelope_of
	grep -o '<[a-z]*:Hash>[^<]*' "$work/envelope" | head -1 | sed 's/.*>//' | base64 -d | wc -c
}

prepare_owing

head -c 70000 /dev/urandom >"$work/small.zip"
head -c 30000 /dev/urandom >"$work/other.zip"
head -c 6000000 /dev/urandom >"$work/large.zip"

owe "$work/small.zip" "$work/other.zip"
again
arrives 'two small files'
expect 'they are inside' 100000 "$(emu_field "$(message_of)" file_bytes)"
envelope_of
expect 'each with a signature' 2 "$(grep -o '<[a-z:]*SignaturePKCS7>' "$work/envelope" | wc -l)"

owe "$work/large.zip"
again
arrives 'a large file'
expect_grep 'it went by the store' 'file=carried bytes=6000000' "$work/kontingentd.log"
expect 'with a digest of 256 bits' 32 "$(hash_bytes)"
expect 'and is gone from our folder there' '' "$(find "$work/store" -name large.zip)"

owe "$work/large.zip"
emu_script 'fault ftp-cut 1000000 on Upload times 2'
again
arrives 'an upload that is cut'
emu_script 'clear faults'
expect_grep 'took several connections' 'file=carried bytes=6000000 .*tries=[2-9]' "$work/kontingentd.log"

owe "$work/large.zip"
again 'parcel.hauled=kill,parcel.stored=kill,ftp.wanted=kill:10'
arrives 'store and courier die'
expect 'they did' 3 "$(grep -cE 'event=died role=(store|courier) .*signal=9' "$work/kontingentd.log")"

# SMEV says that the files are not there: another message, brought anew.
for when in async sync; do
	owe "$work/large.zip"
	emu_script "file-checks $when"
	emu_script 'fault missing on SendRequest times 1'
	carried=$(grep -c 'file=carried' "$work/kontingentd.log")
	again
	arrives "files that SMEV does not find ($when)"
	expect 'are brought twice' 2 "$(($(grep -c 'file=carried' "$work/kontingentd.log") - carried))"
	expect_grep 'for that reason' 'SMEV_FTP_FILES' "$work/kontingentd.log"
	emu_script 'clear faults'
done

cat >>"$work/kontingentd.conf" <<-CONF
	key "official" {
		use = {"personal"}
		file = "$keys/caller512.key"
		cert = "$keys/caller512.pem"
	}
CONF
owe "$work/large.zip"
again
arrives 'a file signed by an official with a key of 512 bits'
expect 'has a digest of 512 bits' 64 "$(hash_bytes)"

owe "$work/large.zip"
rm "$files"/*/"$hex"
again
is_held() {
	[ "$(sqlite3 "$db" "SELECT state || ' ' || code FROM outbox WHERE id = $row")" = 'held BLOB_LOST' ]
}
wait_for 20 is_held && ok 'a content that is lost holds its message' || not_ok 'a content that is lost does not hold its message'
expect 'all is in balance' true "$(ctl balance --json | jq .right)"
finish
