# shellcheck shell=sh
# test/scenario/alone.sh - smevemu without the daemon: a consumer and a provider
# made of curl and smevsign.  A scenario sources it after lib.sh.
#
# consumer has the key "source", provider "caller"; both upload as anonymous.

OPENSSL_CONF=$KONTINGENT_OPENSSL_CONF
export OPENSSL_CONF
smevsign=$build/smevsign
types=urn://x-artefacts-smev-gov-ru/services/message-exchange/types
version=1.1

# start_alone [LINES]: an emulator with those lines more, on free ports.
start_alone() {
	"$source/scripts/make-keys" "$KONTINGENT_TEST_KEYS"
	keys=$KONTINGENT_TEST_KEYS
	cat >"$work/alone.conf" <<-CONF
		listen 127.0.0.1 0
		key $keys/smev.key $keys/smev.pem
		ftp 127.0.0.1 0 $work/store
		participant office role zags key $keys/zags.key $keys/zags.pem
		participant consumer cert $keys/source.pem
		participant provider cert $keys/caller.pem
		type ask provider provider
		version urn://t/ask/1 ask answer
	CONF
	printf '%s\n' "$@" >>"$work/alone.conf"
	trap stop_alone EXIT
	"$build/smevemu" -c "$work/alone.conf" -s "$work/alone.json" >"$work/ready" 2>"$work/alone.log" &
	emu_pid=$!
	wait_for 20 grep -q '^smevemu ready' "$work/ready" || {
		cat "$work/alone.log" >&2
		exit 99
	}
	smev_port=$(sed 's/.* port=\([0-9]*\).*/\1/' "$work/ready")
	ftp=ftp://127.0.0.1:$(sed 's/.* ftp=\([0-9]*\).*/\1/' "$work/ready")
}

stop_alone() {
	stop_pid "$emu_pid"
	emu_pid=''
	[ -n "${KEEP:-}" ] || rm -rf "$work"
}

# A UUID of version 1: the time in steps of 100 ns since 1582, and chance.
uuid1() {
	ticks=$(($(date +%s%N) / 100 + 122192928000000000))
	printf '%08x-%04x-1%03x-%04x-%s\n' $((ticks & 0xffffffff)) $((ticks >> 32 & 0xffff)) \
	    $((ticks >> 48 & 0xfff)) $((0x8000 + $(od -An -N2 -tu2 /dev/urandom) % 0x4000)) \
	    "$(od -An -N6 -tx1 /dev/urandom | tr -d ' \n')"
}

# call KEY: the body of an envelope on standard input, its element with the
# Id "A" signed by KEY; the answer lies in $work/answer, its status in $status.
call() {
	{
		printf '<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/" xmlns:t="%s/%s" xmlns:b="%s/basic/%s"><S:Body>' \
		    "$types" "$version" "$types" "$version"
		cat
		printf '</S:Body></S:Envelope>'
	} | "$smevsign" sign --id A --key "$keys/$1.key" --cert "$keys/$1.pem" >"$work/call.xml" || return 1
	status=$(curl -s -o "$work/answer" -w '%{http_code}' -H 'Content-Type: text/xml; charset=utf-8' \
	    -H 'SOAPAction: ""' --data-binary @"$work/call.xml" "http://127.0.0.1:$smev_port/smev/v$version/ws")
}

# got NAME: the text of the first such element of the answer.
got() {
	sed -n "s|.*<[^<>]*\\b$1\\b[^<>]*>\\([^<]*\\)</[^<>]*$1>.*|\\1|p" "$work/answer" | head -1
}

# first NAME: of several on one line, the first.
first() {
	grep -ao "<[a-z0-9:]*$1>[^<]*" "$work/answer" | head -1 | sed 's/^[^>]*>//'
}

# send_request ID [WHAT FOLLOWS THE CONTENT]
send_request() {
	call source <<-XML
		<t:SendRequestRequest><t:SenderProvidedRequestData Id="A"><t:MessageID>$1</t:MessageID><b:MessagePrimaryContent><q:ask xmlns:q="urn://t/ask/1">?</q:ask></b:MessagePrimaryContent>${2:-}</t:SenderProvidedRequestData></t:SendRequestRequest>
	XML
}

# get Request|Response KEY
get() {
	call "$2" <<-XML
		<t:Get${1}Request><b:MessageTypeSelector Id="A"><b:Timestamp>$(date -u +%Y-%m-%dT%H:%M:%SZ)</b:Timestamp></b:MessageTypeSelector></t:Get${1}Request>
	XML
}

# ack KEY ID
ack() {
	call "$1" <<-XML
		<t:AckRequest><b:AckTargetMessage Id="A" accepted="true">$2</b:AckTargetMessage></t:AckRequest>
	XML
}

# ref_header FILE UUID: the list of one file in the store, signed by source.
ref_header() {
	hash=$(openssl dgst -md_gost12_256 -binary "$1" | base64 -w0)
	signature=$("$smevsign" sign-cms --key "$keys/source.key" --cert "$keys/source.pem" "$1" | base64 -w0)
	echo "<b:RefAttachmentHeaderList><b:RefAttachmentHeader><b:uuid>$2</b:uuid><b:Hash>$hash</b:Hash><b:MimeType>application/zip</b:MimeType><b:SignaturePKCS7>$signature</b:SignaturePKCS7></b:RefAttachmentHeader></b:RefAttachmentHeaderList>"
}

# waiting STATE: whether the last message is in it.
last_is() {
	curl -s "http://127.0.0.1:$smev_port/emu/state" | jq -e --arg state "$1" '.messages[-1].state == $state' >/dev/null
}
