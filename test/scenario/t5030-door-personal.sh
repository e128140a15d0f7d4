#!/bin/sh
# An official's signature at the adapter's door: a system's own passes as it is,
# a missing one is made, and a wrong one is refused at once.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
keys=$KONTINGENT_TEST_KEYS
"$source/scripts/make-keys" "$keys"
# shellcheck source=test/scenario/door.sh
. "$(dirname "$0")/door.sh"
ns=urn://x-artefacts-smev-gov-ru/services/service-adapter/types
DEMO_CONF=$(
	door_source ask-is ask-key
	door_source answer-is answer-key
	door_type asks consumer '"ask-is"' '	personal_signature = "both"
'
	door_type answers provider '"answer-is"' '	personal_signature = "both"
'
)
export DEMO_CONF

# official FILE ELEMENT ATTRIBUTES TEXT KEY: content, and a signature by KEY
official() {
	cat >"$1" <<XML
<content xmlns="$ns"><MessagePrimaryContent><d:$2 xmlns:d="urn://x-test/door/1.0"$3>$4</d:$2></MessagePrimaryContent>$([ -z "$5" ] || echo '<PersonalSignature/>')</content>
XML
	[ -z "$5" ] || { "$build/smevsign" sign --id OFFICIAL --key "$keys/$5.key" --cert "$keys/$5.pem" "$1" >"$1.signed" && mv "$1.signed" "$1"; }
}

# call KEY BODY: prints the HTTP status; the answer in $work/answer
call() {
	printf '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>%s</s:Body></s:Envelope>' \
	    "$2" >"$work/call.xml"
	content_type='text/xml; charset=utf-8' post_path=/ws post "$work/call.xml" "$1"
}

inner() {
	sed 's/<?xml[^>]*?>//' "$1"
}

# request ID FILE
request() {
	call ask-key "<ClientMessage xmlns=\"$ns\"><itSystem>ask-is</itSystem><RequestMessage><RequestMetadata><clientId>$1</clientId></RequestMetadata><RequestContent>$(inner "$2")</RequestContent></RequestMessage></ClientMessage>"
}

# response ID TO FILE
response() {
	call answer-key "<ClientMessage xmlns=\"$ns\"><itSystem>answer-is</itSystem><ResponseMessage><ResponseMetadata><clientId>$1</clientId><replyToClientId>$2</replyToClientId></ResponseMetadata><ResponseContent>$(inner "$3")</ResponseContent></ResponseMessage></ClientMessage>"
}

# take SYSTEM KEY WORD: its next letter, into $work/letter
take() {
	call "$2" "<MessageQuery xmlns=\"$ns\"><itSystem>$1</itSystem></MessageQuery>" >/dev/null
	cp "$work/answer" "$work/letter"
	grep -q "$3" "$work/letter"
}

verified() {
	"$build/smevsign" verify --trust "$keys/ca.pem" "$work/letter" 2>&1 | grep -a PersonalSignature
}

fault_code() {
	sed -n 's/.*<f:code>\([A-Z_]*\)<.*/\1/p' "$work/answer"
}

start_region
official "$work/none.xml" Ask ' Id="OFFICIAL"' 'Без подписи' ''
expect 'without a signature, and no key to make one' '500 SMEV_PERSONAL_NONE' "$(request p-1 "$work/none.xml") $(fault_code)"
official "$work/own.xml" Ask ' Id="OFFICIAL"' 'Своя подпись' personal
expect 'with its own' 200 "$(request p-2 "$work/own.xml")"
sed 's/Своя/Чужая/' "$work/own.xml" >"$work/bad.xml"
expect 'with one of another content' '500 SMEV_PERSONAL_BAD' "$(request p-3 "$work/bad.xml") $(fault_code)"
wait_for 30 take answer-is answer-key RequestMessage || not_ok 'the request does not come'
expect_grep 'its own comes as it was' 'Своя подпись' "$work/letter"
expect 'and is good' 'digest=ok value=ok trust=yes' "$(verified | grep -o 'digest=.*')"
asked=$(grep -o '<[a-z0-9:]*clientId>[^<]*' "$work/letter" | head -n 1 | sed 's/.*>//')

# A key of ours, taken with a reload.
cat >>"$work/kontingentd.conf" <<CONF
key "official" {
	use = {"personal"}
	cert = "$keys/personal.pem"
	file = "$keys/personal.key"
}
CONF
kill -HUP "$daemon_pid"
wait_for 30 grep -q 'event=reload result=done' "$work/kontingentd.log" || not_ok 'reload'
official "$work/no-id.xml" Answer '' 'Ответ' ''
expect 'what has no Id can not be signed' '500 SMEV_PERSONAL_NO_ID' \
    "$(response r-1 "$asked" "$work/no-id.xml") $(fault_code)"
official "$work/answer.xml" Answer ' Id="OFFICIAL"' 'Ответ' ''
expect 'a response without a signature' 200 "$(response r-2 "$asked" "$work/answer.xml")"
wait_for 30 take ask-is ask-key ResponseMessage || not_ok 'the response does not come'
expect 'is signed by our official' 'target=Answer digest=ok value=ok trust=yes' "$(verified | grep -o 'target=.*')"
wait_quiet 30 || not_ok 'the queues do not run empty'
expect 'the balance is right' 'true 0 0' "$(balance right) $(balance held) $(balance out_held)"
finish
