#!/bin/sh
# A source that has to sign: only what its own key signed is applied.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/scenario/packets.sh
. "$(dirname "$0")/packets.sh"
start_region
keys=$work/keys

# make NO: a packet that can be signed, in $work/plain.xml
make() {
	learner "$(surname "$1")" $((2000 + $1))-05-14 | record 1 "S-$1" |
	    packet_id_attr=" Id=\"PACKET_$1\"" from="${from:-sgo-signed}" \
	    packet "$work/plain.xml" "$(new_id "$1")" LEARNER 1
}

# sign NO KEY [FILE]: to $work/a.xml
sign() {
	"$build/smevsign" sign --id "PACKET_$1" --key "$keys/$2.key" --cert "$keys/$2.pem" \
	    "${3:-$work/plain.xml}" >"$work/a.xml"
}

# answered NAME HTTP STATUS CODES [KEY]
answered() {
	expect "$1" "$2 $3 $4" \
	    "$(post "$work/a.xml" "${5:-demo-signed-key}" -H 'Prefer: wait=30') $(field Status "$work/answer") $(codes "$work/answer")"
	valid "$1: the answer"
}

make 1
cp "$work/plain.xml" "$work/a.xml"
answered 'a packet without signature' 422 REFUSED PKT_UNSIGNED
make 2
sign 2 sgo
cp "$work/a.xml" "$work/signed.xml"
answered 'a packet signed with the right key' 200 ACCEPTED ''
answered 'comes again' 200 ACCEPTED ''
make 3
sign 3 stranger
answered 'signed by a stranger' 403 REFUSED DSIG_TRUST
make 4
sign 4 caller
answered 'signed by another participant' 403 REFUSED DSIG_TRUST
from=sgo-expired make 5
sign 5 expired
answered 'signed with an expired certificate' 403 REFUSED DSIG_EXPIRED demo-expired-key
make 6
sign 6 sgo
sed -i 's/-05-14/-05-15/' "$work/a.xml"
answered 'changed after the signature' 400 REFUSED DSIG_DIGEST
make 7
sign 7 sgo
sed -i 's|<Record>|<Record> |' "$work/a.xml"
answered 'white space between elements is no change' 200 ACCEPTED ''
make 8
sign 8 sgo
value=$(field ds:SignatureValue "$work/a.xml")
[ -n "$value" ] || value=$(field SignatureValue "$work/a.xml")
tr -d '\n' <"$work/a.xml" | sed "s|$value|$(echo "$value" | tr 'A-Ya-y' 'B-Zb-z')|" >"$work/b.xml"
mv "$work/b.xml" "$work/a.xml"
answered 'another signature value' 400 REFUSED DSIG_VALUE

# Wrapping: what is signed is there, but something else would be read.
body() {
	sed -e 's/<?xml[^>]*?>//' "$1"
}
signed=$(body "$work/signed.xml")
signature=$(printf '%s' "$signed" | tr '\n' ' ' | sed 's|.*\(<\([a-z]*:\)\{0,1\}Signature .*Signature>\).*|\1|')
make 9
body "$work/plain.xml" | sed "s|</Packet>|$(printf '%s' "$signed" | tr '\n' ' ' | sed 's/[|&\\]/\\&/g')</Packet>|" >"$work/a.xml"
answered 'the signed packet inside of another' 422 REFUSED 'PKT_UNSIGNED'
make 10
body "$work/plain.xml" | sed "s|</Packet>|$(printf '%s' "$signature" | sed 's/[|&\\]/\\&/g')</Packet>|" >"$work/a.xml"
answered 'the signature of another packet' 400 REFUSED DSIG_TARGET
make 11
body "$work/plain.xml" | sed "s/PACKET_11/PACKET_2/; s|</Packet>|$(printf '%s' "$signature" | sed 's/[|&\\]/\\&/g')</Packet>|" >"$work/a.xml"
answered 'the signature of another packet with its Id' 400 REFUSED DSIG_DIGEST
# The signed packet hidden in the signature, the Id taken twice.
make 12
hidden=$(printf '%s' "$signed" | tr '\n' ' ' | sed 's|<\([a-z]*:\)\{0,1\}Signature .*Signature>||')
wrapped=$(printf '%s' "$signature" | sed "s|\(</\([a-z]*:\)\{0,1\}Signature>\)|<ds:Object xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">$(printf '%s' "$hidden" | sed 's/[|&\\]/\\&/g')</ds:Object>\1|")
body "$work/plain.xml" | sed "s/PACKET_12/PACKET_2/; s|</Packet>|$(printf '%s' "$wrapped" | sed 's/[|&\\]/\\&/g')</Packet>|" >"$work/a.xml"
post "$work/a.xml" demo-signed-key -H 'Prefer: wait=30' >"$work/code"
expect 'the signed packet hidden in its signature is refused' 'REFUSED 400' "$(field Status "$work/answer") $(cat "$work/code")"
expect_grep 'as a signature of no good form' '<Code>DSIG_(FORM|DUP_ID|TARGET)</Code>' "$work/answer"
for n in 1 3 4 5 6 8 9 10 11 12; do
	[ -z "$(ctl person find "$(surname $n)" --json)" ] || not_ok "person $n is known"
done
expect 'only those who were signed for are known' '2 persons' \
    "$(ctl status --json | jq -r 'select(.persons != null) | .persons') persons"

# A source that may sign but need not.
from=sgo-school make 20
cp "$work/plain.xml" "$work/a.xml"
answered 'who need not sign may leave it' 200 ACCEPTED '' demo-school-key
from=sgo-school make 21
sign 21 stranger
answered 'but a wrong signature is refused' 403 REFUSED DSIG_TRUST demo-school-key
wait_quiet 30 || not_ok 'the queues do not run empty'
expect 'the balance is right' true "$(balance right)"
finish
