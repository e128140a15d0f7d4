#!/bin/sh
# The emulator alone: files by its FTP server, with curl and smevsign.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/scenario/alone.sh
. "$source/test/scenario/alone.sh"
start_alone
head -c 3000000 /dev/urandom >"$work/файл.zip"
file=$work/файл.zip

folder=$(uuid1)
curl -sS --ftp-create-dirs -T "$file" "$ftp/$folder/" --user anonymous:smev
id=$(uuid1)
send_request "$id" "$(ref_header "$file" "$folder")"
expect 'a request with a file in the store is taken' 200 "$status"
wait_for 20 last_is queued || not_ok 'its file is never found good'
curl -s --list-only "$ftp/" --user anonymous:smev | grep -q "$folder" &&
    not_ok 'it still lies in the folder of its sender' ||
    ok 'it was moved away from its sender'

get Request caller
user=$(first UserName) password=$(first Password)
expect 'the receiver is told the name' '/файл.zip' "$(first FileName)"
curl -sS -o "$work/got" "$ftp/$(first uuid)/%D1%84%D0%B0%D0%B9%D0%BB.zip" --user "$user:$password"
cmp -s "$file" "$work/got" && ok 'he gets the file' || not_ok 'he gets another file'
curl -s -o "$work/got" "$ftp/" --user "$user:wrong" && not_ok 'any password will do' ||
    ok 'another password is refused'

ftpd_pid=$(pgrep -P "$emu_pid")
kill -9 "$ftpd_pid"
again() {
	curl -s -o "$work/got" "$ftp/$folder/%D1%84%D0%B0%D0%B9%D0%BB.zip" --user "$user:$password"
}
wait_for 20 again && ok 'a server that dies comes back with its accounts' ||
    not_ok 'the server does not come back'
ack caller "$id"
again && not_ok 'the account outlives the confirmation' ||
    ok 'after the confirmation the account is refused'
expect 'and nothing is left in the store' '' "$(find "$work/store" -type f)"

script() {
	printf '%s\n' "$@" | curl -s --data-binary @- "http://127.0.0.1:$smev_port/emu/script" >/dev/null
}
script 'fault ftp-cut 1000000 on Upload times 1' 'fault ftp-cut 1000000 on GetRequest times 1'
folder=$(uuid1)
curl -s --ftp-create-dirs -T "$file" "$ftp/$folder/a.zip" --user anonymous:smev &&
    not_ok 'an upload is not cut' || ok 'an upload is cut'
curl -s -C - -T "$file" "$ftp/$folder/a.zip" --user anonymous:smev
id=$(uuid1)
send_request "$id" "$(ref_header "$file" "$folder")"
wait_for 20 last_is queued && ok 'and goes on where it was cut' || not_ok 'it can not be resumed'
get Request caller
user=$(first UserName) password=$(first Password)
curl -s -o "$work/got2" "$ftp/$folder/a.zip" --user "$user:$password" &&
    not_ok 'a download is not cut' || ok 'a download is cut'
expect 'after as many bytes as the script says' 1000000 "$(stat -c %s "$work/got2")"
curl -s -C - -o "$work/got2" "$ftp/$folder/a.zip" --user "$user:$password"
curl -s -C - -o "$work/got2" "$ftp/$folder/a.zip" --user "$user:$password"
cmp -s "$file" "$work/got2" && ok 'and goes on where it was cut' || not_ok 'it can not be resumed'

ack caller "$id"
echo '<q:ask xmlns:q="urn://t/ask/1">?</q:ask>' |
    curl -s --data-binary @- "http://127.0.0.1:$smev_port/emu/send?from=office&mtom=$keys/ca.pem&ftp=$work/got2" >/dev/null
wait_for 20 last_is queued || not_ok 'the message of a built-in participant is never made'
get Request caller
curl -s -o "$work/got3" "$ftp/$(first uuid)$(first FileName)" --user "$(first UserName):$(first Password)"
cmp -s "$file" "$work/got3" && ok 'a built-in participant sends files by FTP' || not_ok 'its file is another'
expect_grep 'and inside the envelope, as parts' '^-----BEGIN CERTIFICATE' "$work/answer"

ftpd_pid=$(pgrep -P "$emu_pid")
kill -9 "$emu_pid"
gone() {
	! kill -0 "$ftpd_pid" 2>/dev/null
}
wait_for 20 gone && ok 'the server does not outlive the emulator' || not_ok 'the server is left behind'
finish
