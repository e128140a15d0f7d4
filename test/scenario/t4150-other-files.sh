#!/bin/sh
# Files in the store of another SMEV, by a real FTP server: fetched before the
# Ack wherever they lie there, and believed only when all that is said of them fits.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/scenario/packets.sh
. "$(dirname "$0")/packets.sh"

# shellcheck source=test/scenario/other.sh
. "$(dirname "$0")/other.sh"
/usr/bin/python3 -c 'import pyftpdlib' 2>/dev/null || skip_all 'no python3-pyftpdlib'
python=/usr/bin/python3
ftp_port=$(free_port)
mkdir -p "$work/store" "$work/soc/in" "$work/soc/out"
key_digest=$(printf %s door-key | sha256sum | cut -c1-64)
export DEMO_SMEV="ftp_url = \"ftp://127.0.0.1:$ftp_port\""
export DEMO_CONF="
source \"social-is\" {
	it_system = \"SOC01\"
	key_sha256 = {\"$key_digest\"}
	folder = \"$work/soc\"
}
datatype \"other\" {
	namespace = \"urn://test/other/1.0\"
	request_root = \"Ask\"
	response_root = \"Answer\"
	role = \"consumer\"
	adapter = \"door\"
	it_system = {\"SOC01\"}
}"
start_other || exit 1

n=10
for layout in folder root; do
	n=$((n + 1))
	id=$(give "op=request&reply_to=$layout&store=$layout&file=hello&times=100000" "$(birth 1102695000001000021$n 7001$n)")
	wait_for 40 seen_one ".op == \"AckRequest\" and .id == \"$id\" and .known" &&
	    ok "$layout: a message with a file in the store is confirmed" || not_ok "$layout: no Ack: $(tail -n 3 "$work/kontingentd.log")"
	wait_for 20 seen_one ".op == \"SendResponseRequest\" and .to == \"$layout\"" && ok "$layout: and answered" || not_ok "$layout: no answer"
	ctl packet files "$id" --json >"$work/files" 2>&1
	expect "$layout: the file is kept" 500000 "$(jq -r .bytes "$work/files")"
done
for lie in hash content; do
	n=$((n + 1))
	id=$(give "op=request&reply_to=$lie&store=folder&file=hello&lie=$lie" "$(birth 1102695000001000021$n 7001$n)")
	wait_for 40 seen_one ".op == \"SendResponseRequest\" and .to == \"$lie\" and .reject != \"\"" &&
	    ok "$lie: what does not fit is answered with a rejection" ||
	    not_ok "$lie: $(seen ".to == \"$lie\"" ' | map({reject, root})') $(tail -n 3 "$work/kontingentd.log")"
	wait_for 20 seen_one ".op == \"AckRequest\" and .id == \"$id\" and .known" && ok "$lie: and confirmed" || not_ok "$lie: no Ack"
done
# What a system behind the door sends goes inside, or by the store when it is large.
head -c 3000 /dev/urandom >"$work/soc/small.bin"
head -c 7000000 /dev/urandom >"$work/soc/large.bin"
for size in small large; do
	cat >"$work/soap.xml" <<XML
<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><ClientMessage xmlns="urn://x-artefacts-smev-gov-ru/services/service-adapter/types"><itSystem>SOC01</itSystem><RequestMessage><RequestMetadata><clientId>file-$size</clientId></RequestMetadata><RequestContent><content><MessagePrimaryContent><Ask xmlns="urn://test/other/1.0">$size</Ask></MessagePrimaryContent><AttachmentHeaderList><AttachmentHeader><filePath>$size.bin</filePath></AttachmentHeader></AttachmentHeaderList></content></RequestContent></RequestMessage></ClientMessage></s:Body></s:Envelope>
XML
	expect "$size: a system sends a file by its path" 200 \
	    "$(curl -s -o "$work/answer" -w '%{http_code}' --max-time 60 -H 'Authorization: Bearer door-key' -H 'Content-Type: text/xml' \
	    --data-binary "@$work/soap.xml" "$at:$http_port/ws/SMEVServiceAdapterService")"
	[ $size = small ] && way=mtom || way=ftp
	wait_for 60 seen_one ".content != null and (.content | contains(\">$size<\"))"
	expect "$size: it gets to SMEV by $way, whole, with a signature that is right" \
	    "$way $(sha256sum <"$work/soc/$size.bin" | cut -c1-64) " \
	    "$(seen ".content != null and (.content | contains(\">$size<\"))" '[0].files[0] | "\(.by) \(.sha256) \(.wrong)"')"
done
# One that is not there is waited for; others go on.
gone=$(give 'op=request&reply_to=gone&store=folder&file=hello&lie=gone' "$(birth 110269500000100002120 700120)")
id=$(give 'op=request&reply_to=next' "$(birth 110269500000100002121 700121)")
wait_for 40 seen_one ".op == \"AckRequest\" and .id == \"$id\" and .known" && ok 'a missing file costs the next message nothing' || not_ok 'the next message waits'
expect 'a message whose file is missing is not confirmed' 0 "$(seen ".op == \"AckRequest\" and .id == \"$gone\"" ' | length')"
expect 'what was fetched leaves no account behind' 1 "$(find "$work/store/down" -mindepth 1 -maxdepth 1 | wc -l)"
expect 'each call of ours was right' '' "$(seen '.wrong != ""' ' | map("\(.op): \(.wrong)") | unique | .[]')"
expect 'the balance is right' true "$(ctl balance --json | jq -r .right)"
stop_other
finish
