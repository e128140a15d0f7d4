#!/bin/sh
# Bodies made to harm are refused, and the daemon serves on.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/scenario/packets.sh
. "$(dirname "$0")/packets.sh"
export DEMO_BODY_TIMEOUT_MS=1500
start_region
no=0

# harmless NAME WANTED-HTTP WANTED-CODE CURL-OPTIONS...: $work/a.xml is
# refused so, nothing is accepted, and a good packet goes through.
harmless() {
	name=$1 http=$2 code=$3
	shift 3
	before=$(balance accepted)
	expect "$name" "$http $code" "$(post "$work/a.xml" demo-school-key "$@") $(codes "$work/answer")"
	valid "$name: the answer"
	no=$((no + 1))
	learners_packet "$work/good.xml" $no 1
	expect "$name: the next packet is applied" '200 ACCEPTED' \
	    "$(post "$work/good.xml" demo-school-key -H 'Prefer: wait=30') $(field Status "$work/answer")"
	wait_quiet 30 || not_ok 'the queues do not run empty'
	[ "$(balance accepted)" -gt "$before" ] || not_ok "$name: nothing was accepted"
}
ns='xmlns="urn://x-contingent/rs/packet/1.0.0"'

head -c 11000000 /dev/zero | tr '\0' ' ' >"$work/a.xml"
harmless 'a body too large by its length' 413 PKT_SIZE
harmless 'a body too large in chunks' 413 PKT_SIZE -H 'Transfer-Encoding: chunked'
head -c 60000 "$work/a.xml" >"$work/slow.xml" && mv "$work/slow.xml" "$work/a.xml"
harmless 'a body that comes too slowly' 408 HTTP_SLOW --limit-rate 2k
{
	printf '<Packet %s>' "$ns"
	awk 'BEGIN { for (i = 0; i < 100000; i++) printf "<a>" }'
} >"$work/a.xml"
harmless 'elements in elements in elements' 413 PKT_XML_LIMIT
cat >"$work/a.xml" <<XML
<?xml version="1.0"?>
<!DOCTYPE Packet [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">
<!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;"><!ENTITY f "&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;">]>
<Packet $ns><Header>&f;</Header></Packet>
XML
harmless 'a billion laughs' 400 PKT_XML_DTD
echo top-secret >"$work/secret"
cat >"$work/a.xml" <<XML
<?xml version="1.0"?>
<!DOCTYPE Packet [<!ENTITY x SYSTEM "file://$work/secret">]>
<Packet $ns><Header>&x;</Header></Packet>
XML
harmless 'an external entity' 400 PKT_XML_DTD
cat >"$work/a.xml" <<XML
<?xml version="1.0"?>
<!DOCTYPE Packet SYSTEM "http://127.0.0.1:$smev_port/emu/state">
<Packet $ns><Header/></Packet>
XML
harmless 'an external DTD' 400 PKT_XML_DTD
{
	printf '<Packet %s' "$ns"
	awk 'BEGIN { for (i = 0; i < 50000; i++) printf " a%d=\"1\"", i }'
	printf '/>'
} >"$work/a.xml"
harmless 'thousands of attributes' 413 PKT_XML_LIMIT
{
	printf '<Packet %s>' "$ns"
	awk 'BEGIN { for (i = 0; i < 250000; i++) printf "<a/>" }'
	printf '</Packet>'
} >"$work/a.xml"
harmless 'elements without end' 413 PKT_XML_LIMIT
{
	printf '<Packet %s><' "$ns"
	head -c 100000 /dev/zero | tr '\0' a
	printf '/></Packet>'
} >"$work/a.xml"
harmless 'a name of a hundred kilobytes' 413 PKT_XML_LIMIT
printf '<Packet %s>\000</Packet>' "$ns" >"$work/a.xml"
harmless 'a zero byte' 400 PKT_XML_SYNTAX
printf '<Packet %s>\377\376</Packet>' "$ns" >"$work/a.xml"
harmless 'bytes that are no UTF-8' 400 PKT_ENCODING
curl -s -o "$work/answer" --max-time 20 -H "Authorization: Bearer $(head -c 40000 /dev/zero | tr '\0' k)" \
    "http://127.0.0.1:$http_port/v1/packets/x" -w '%{http_code}' >"$work/code" || :
expect 'headers without end' 431 "$(cat "$work/code")"

grep -q 'top-secret' "$work/kontingentd.log" && not_ok 'a file was read' || ok 'no file was read'
expect 'no role died' 0 "$(grep -cE 'stage=(died|crash|hang)|result=(died|killed)|signal=' "$work/kontingentd.log")"
expect 'the same parent lives' 0 "$(kill -0 "$daemon_pid"; echo $?)"
expect 'the balance is right' true "$(balance right)"
finish
