#!/bin/sh
# An official's signature over business data: asked for, checked and made.  The
# requests come in 1.3 and are read in 1.1, as SMEV converts them.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
keys=$KONTINGENT_TEST_KEYS
"$source/scripts/make-keys" "$keys"
mkdir -p "$work/ca"
cp "$keys/ca.pem" "$keys/ca.crl" "$work/ca"
DEMO_SMEV=$(printf 'ca_folder = "%s"' "$work/ca")
DEMO_LEARNER=$(printf 'personal_signature = "%s"' both)
DEMO_CONF=$(cat <<CONF
key "official" {
	use = {"personal"}
	cert = "$keys/personal.pem"
	file = "$keys/personal.key"
}
CONF
)
export DEMO_SMEV DEMO_LEARNER DEMO_CONF
types=urn://x-artefacts-smev-gov-ru/services/message-exchange/types/1.3
basic=urn://x-artefacts-smev-gov-ru/services/message-exchange/types/basic/1.3

# call FILE: an envelope of the federal segment, unsigned
call() {
	content=$(sed -e 's/<?xml[^>]*?>//' -e '0,/<[a-z]*:*GetLearnerRequest/s//& Id="OFFICIAL"/' \
	    "$source/demo/get-learner.xml")
	cat >"$1" <<XML
<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><t:SendRequestRequest xmlns:t="$types" xmlns:b="$basic"><t:SenderProvidedRequestData Id="SENDER"><t:MessageID>$(python3 -c 'import uuid; print(uuid.uuid1())')</t:MessageID><b:MessagePrimaryContent>$content</b:MessagePrimaryContent><t:PersonalSignature/></t:SenderProvidedRequestData><t:CallerInformationSystemSignature/></t:SendRequestRequest></s:Body></s:Envelope>
XML
}

# send NAME KEY [SED]: signed by KEY, then changed, then signed by the system
send() {
	call "$work/plain.xml"
	if [ "$2" = none ]; then
		sed -i 's|<t:PersonalSignature/>||' "$work/plain.xml"
		cp "$work/plain.xml" "$work/official.xml"
	else
		"$build/smevsign" sign --id OFFICIAL --key "$keys/$2.key" --cert "$keys/$2.pem" \
		    "$work/plain.xml" >"$work/official.xml"
	fi
	[ -z "${3:-}" ] || sed -i "$3" "$work/official.xml"
	"$build/smevsign" sign --id SENDER --key "$keys/federal.key" --cert "$keys/federal.pem" \
	    "$work/official.xml" >"$work/call.xml"
	curl -s -o "$work/sent" -H 'Content-Type: text/xml; charset=utf-8' -H 'SOAPAction: "urn:SendRequest"' \
	    --data-binary "@$work/call.xml" "http://127.0.0.1:$smev_port/smev/v1.3/ws"
	grep -q SendRequestResponse "$work/sent" || not_ok "$1: not taken: $(head -c 600 "$work/sent")"
	wait_for 30 answers "${4:-1}" || not_ok "$1: no answer"
}

# answers N: the region has answered so often
answers() {
	[ "$(emu_state | jq '[.messages[] | select(.sender == "rs-50" and .kind == "response")] | length')" -ge "$1" ]
}

last_answer() {
	emu_state | jq -r '[.messages[] | select(.sender == "rs-50" and .kind == "response")] | last | '"$1"
}

start_region
post "$source/demo/school.xml" demo-school-key -H 'Prefer: wait=30' >/dev/null
post "$source/demo/learners.xml" demo-school-key -H 'Prefer: wait=30' >/dev/null

send 'a good one' personal '' 1
expect 'a request that an official signed is answered' data "$(last_answer .answer)"
curl -sf -o "$work/response" "http://127.0.0.1:$smev_port/emu/messages/$(last_answer .id)"
"$build/smevsign" verify --trust "$keys/ca.pem" "$work/response" >"$work/verified"
expect_grep 'the answer is signed by an official of ours' \
    'by=PersonalSignature id=PERSONAL_SIGNATURE target=GetLearnerResponse digest=ok value=ok trust=yes' "$work/verified"
expect_grep 'and by the system over it' \
    'by=CallerInformationSystemSignature .*target=SenderProvidedResponseData digest=ok value=ok trust=yes' "$work/verified"

# SMEV would refuse what follows itself.
emu_script 'verify off'
n=1
# refused NAME CODE KEY [SED]
refused() {
	n=$((n + 1))
	send "$1" "$3" "${4:-}" $n
	expect "$1 is answered with a rejection" rejected "$(last_answer .answer)"
	expect "$1 is told apart" "$2" \
	    "$(sed -n 's/.*stage=settle.*result=refused.* code=\([A-Z_]*\).*/\1/p' "$work/kontingentd.log" | tail -n 1)"
}
refused 'a request without a signature' SMEV_PERSONAL_NONE none
refused 'one that was changed after it' SMEV_PERSONAL_BAD personal 's/Id="OFFICIAL">/Id="OFFICIAL"> x/'
refused 'one signed by a stranger' SMEV_PERSONAL_TRUST stranger
refused 'one signed with an expired certificate' SMEV_PERSONAL_TRUST expired
refused 'one signed with a revoked certificate' SMEV_PERSONAL_TRUST revoked
emu_script 'verify on'
n=$((n + 1))
send 'a good one again' personal '' $n
expect 'a good one is answered as before' data "$(last_answer .answer)"

# Authorities and lists on disk count anew after SIGHUP.
reload() {
	before=$(grep -c 'event=reload result=done' "$work/kontingentd.log")
	kill -HUP "$daemon_pid"
	wait_for 30 reloaded "$before" || not_ok 'reload'
}
reloaded() {
	[ "$(grep -c 'event=reload result=done' "$work/kontingentd.log")" -gt "$1" ]
}
cat "$KONTINGENT_OPENSSL_CONF" - >"$work/ca.cnf" <<CONF
[ca]
default_ca = made
[made]
database = $work/ca.txt
default_md = md_gost12_256
crlnumber = $work/ca.number
CONF
: >"$work/ca.txt"
echo 77 >"$work/ca.number"
# lists FROM UNTIL: a list of nobody, with these dates, in DER
lists() {
	OPENSSL_CONF=$work/ca.cnf openssl ca -gencrl -cert "$keys/ca.pem" -keyfile "$keys/ca.key" \
	    -crl_lastupdate "$1" -crl_nextupdate "$2" -out "$work/ca.crl.pem" 2>"$work/gencrl" &&
	    openssl crl -in "$work/ca.crl.pem" -outform DER -out "$work/ca/ca.crl"
}
emu_script 'verify off'
rm "$work/ca/ca.crl" # of an authority of the same name
cp "$keys/strangeca.pem" "$work/ca/second.crt"
reload
n=$((n + 1))
send 'a stranger whose authority is believed now' stranger '' $n
expect 'a stranger whose authority is believed now is answered' data "$(last_answer .answer)"
rm "$work/ca/second.crt"
lists 20200101000000Z 20200201000000Z || not_ok "no list: $(cat "$work/gencrl")"
reload
call "$work/plain.xml"
sent_before=$n
send_only() {
	"$build/smevsign" sign --id OFFICIAL --key "$keys/personal.key" --cert "$keys/personal.pem" \
	    "$work/plain.xml" >"$work/official.xml"
	"$build/smevsign" sign --id SENDER --key "$keys/federal.key" --cert "$keys/federal.pem" \
	    "$work/official.xml" >"$work/call.xml"
	curl -s -o "$work/sent" -H 'Content-Type: text/xml; charset=utf-8' -H 'SOAPAction: "urn:SendRequest"' \
	    --data-binary "@$work/call.xml" "http://127.0.0.1:$smev_port/smev/v1.3/ws"
}
send_only
held() {
	[ "$(balance held)" = 1 ]
}
wait_for 30 held || not_ok 'it is not held'
expect 'with a list that is out of date the request waits for the operator' "$sent_before DSIG_CRL_STALE" \
    "$(emu_state | jq '[.messages[] | select(.sender == "rs-50" and .kind == "response")] | length') $(ctl queue --json | jq -r 'select(.state == "held") | .code')"
lists 20260101000000Z 20990101000000Z || not_ok "no list: $(cat "$work/gencrl")"
reload
ctl packet release "$(ctl queue show held --json | jq -r .id | head -n 1)" >"$work/released" 2>&1
n=$((n + 1))
wait_for 30 answers $n || not_ok "after the release: $(cat "$work/released")"
expect 'and is answered once the list is there' data "$(last_answer .answer)"
wait_quiet 30 || not_ok 'the queues do not run empty'
expect 'the balance is right' 'true 0 0' "$(balance right) $(balance waiting) $(balance out_waiting)"
finish
