#!/bin/sh
# Files of requests come in, by MTOM and by the file store: kept before the
# message is confirmed, checked, and refused when they are not what was signed.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/scenario/files.sh
. "$source/test/scenario/files.sh"
start_files 'file_bytes = 40000000'
question=$source/demo/get-nobody.xml

head -c 3000000 /dev/urandom >"$work/акт №1.zip"
head -c 70000 /dev/urandom >"$work/small.bin"
sha() {
	openssl dgst -md_gost12_256 -r "$1" | cut -d' ' -f1
}

# blob FILE: whether its content lies in the folder of files.
blob() {
	hex=$(sha "$1")
	cmp -s "$1" "$files/$(echo "$hex" | cut -c1-2)/$hex"
}

settled() {
	ctl packet show "$1" --json | jq -e --arg s "$2" '.state == $s'
}

# One in the store, one inside.
folder=$(upload "$work/акт №1.zip")
id=$(uuid1)
ask "$id" "$question" "<b:AttachmentHeaderList><b:AttachmentHeader><b:contentId>F1</b:contentId><b:MimeType>application/octet-stream</b:MimeType><b:SignaturePKCS7>$(signature "$work/small.bin")</b:SignaturePKCS7></b:AttachmentHeader></b:AttachmentHeaderList>$(ref_header "$work/акт №1.zip" "$folder")" \
    "<b:AttachmentContentList><b:AttachmentContent><b:Id>F1</b:Id><b:Content>$(base64 -w0 "$work/small.bin")</b:Content></b:AttachmentContent></b:AttachmentContentList>"
expect 'SMEV takes a request with two files' 200 "$status"
wait_for 30 in_state "$id" acked && ok 'it is confirmed' || not_ok "it is not confirmed: $(emu_field "$id" state)"
blob "$work/акт №1.zip" && ok 'the file of the store is kept as it was' || not_ok 'the file of the store is not kept'
blob "$work/small.bin" && ok 'the file of the message is kept as it was' || not_ok 'the file of the message is not kept'
expect 'the request itself is applied' applied "$(ctl packet show "$id" --json | jq -r .state)"
expect 'its files are listed with names and sizes' \
    '2 70000 3000000 акт №1.zip' \
    "$(ctl packet files "$id" --json | jq -rs '"\(length) \(.[0].bytes) \(.[1].bytes) \(.[1].name)"')"
expect 'and where they lie' "$(sha "$work/small.bin")" \
    "$(ctl packet files "$id" --json | jq -rs '.[0].path' | sed 's|.*/||')"
cmp -s "$work/small.bin" "$(ctl packet files "$id" --json | jq -rs '.[0].path')" &&
    ok 'by a path that can be read' || not_ok 'the path is wrong'
expect 'no part is left behind' 0 "$(find "$files/part" -type f | wc -l)"

# The same content once more: no second blob.
id=$(uuid1)
ask "$id" "$question" "$(ref_header "$work/акт №1.zip" "$(upload "$work/акт №1.zip")")"
wait_for 30 in_state "$id" acked || not_ok 'the same file again is not confirmed'
expect 'the same content lies there once' 2 "$(find "$files" -type f | wc -l)"

# refused NAME CODE: the last one is refused with that code, answered, confirmed.
refused() {
	wait_for 30 in_state "$id" acked || not_ok "$1: not confirmed"
	expect "$1: refused with its code" "refused $2" \
	    "$(ctl packet show "$id" --json | jq -r '"\(.state) \(.code)"')"
	wait_for 30 answered "$id"
	expect "$1: and answered with a rejection" rejected "$(answer_of "$id")"
}

printf 'another file' >"$work/other.bin"
# The emulator is told to look at nothing: SMEV may, a receiver must not.
emu_script 'file-signatures off'
id=$(uuid1)
ask "$id" "$question" "<b:AttachmentHeaderList><b:AttachmentHeader><b:contentId>F1</b:contentId><b:MimeType>text/plain</b:MimeType><b:SignaturePKCS7>$(signature "$work/other.bin")</b:SignaturePKCS7></b:AttachmentHeader></b:AttachmentHeaderList>" \
    "<b:AttachmentContentList><b:AttachmentContent><b:Id>F1</b:Id><b:Content>$(base64 -w0 "$work/small.bin")</b:Content></b:AttachmentContent></b:AttachmentContentList>"
refused 'a content that was not signed' CMS_DIGEST

id=$(uuid1)
ask "$id" "$question" "<b:AttachmentHeaderList><b:AttachmentHeader><b:contentId>F1</b:contentId><b:MimeType>text/plain</b:MimeType><b:SignaturePKCS7>bm90IGE=</b:SignaturePKCS7></b:AttachmentHeader></b:AttachmentHeaderList>" \
    "<b:AttachmentContentList><b:AttachmentContent><b:Id>F1</b:Id><b:Content>eA==</b:Content></b:AttachmentContent></b:AttachmentContentList>"
refused 'a signature that is none' CMS_FORM

folder=$(upload "$work/other.bin")
id=$(uuid1)
header=$(ref_header "$work/other.bin" "$folder")
emu_script 'fault wrong-hash on GetRequest'
ask "$id" "$question" "$header"
refused 'a file of the store with other bytes' CMS_DIGEST
emu_script 'clear faults'

head -c 41000000 /dev/zero >"$work/large.bin"
id=$(uuid1)
ask "$id" "$question" "$(ref_header "$work/large.bin" "$(upload "$work/large.bin")")"
refused 'more than is allowed' FILE_LARGE
expect 'and nothing of it is kept' 0 "$(find "$files" -size +20M | wc -l)"

# The store is out of order: the message stays with SMEV, others pass.
emu_script 'unconfirmed 2s'
emu_script 'fault ftp-refuse on GetRequest'
late=$(uuid1)
ask "$late" "$question" "$(ref_header "$work/other.bin" "$(upload "$work/other.bin")")"
wait_for 30 grep -q "packet=$late stage=fetch .*code=FTP_LOGIN" "$work/kontingentd.log" &&
    ok 'trouble of the store is said' || not_ok 'trouble of the store is not said'
emu_script 'clear faults'
id=$(uuid1)
ask "$id" "$question"
wait_for 30 in_state "$id" acked && ok 'meanwhile others are settled' || not_ok 'the others wait'
wait_for 30 in_state "$late" acked && ok 'it comes again and is taken then' || not_ok 'it is not taken later'
blob "$work/other.bin" && ok 'with its file' || not_ok 'without its file'

emu_script 'fault ftp-cut 1000000 on GetRequest'
head -c 5000000 /dev/urandom >"$work/cut.bin"
id=$(uuid1)
ask "$id" "$question" "$(ref_header "$work/cut.bin" "$(upload "$work/cut.bin")")"
wait_for 60 in_state "$id" acked && blob "$work/cut.bin" &&
    ok 'a transfer that is cut again and again arrives' || not_ok 'a transfer that is cut does not arrive'
emu_script 'clear faults'
expect_grep 'and it was cut' 'file=carried bytes=5000000 ms=[0-9]+ tries=[2-9]' "$work/kontingentd.log"
expect 'all is in balance' true "$(ctl balance --json | jq .right)"
expect 'no account of a delivery stands in the log' 0 \
    "$(grep -cE "$(emu_state | jq -r '[.messages[].ftp_user // empty] | unique | map(select(. != "")) | join("|")' | sed 's/^$/nothing/')" "$work/kontingentd.log")"
finish
