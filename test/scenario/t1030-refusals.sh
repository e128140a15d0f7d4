#!/bin/sh
# What is wrong is refused, with every defect at once and what to do.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/scenario/packets.sh
. "$(dirname "$0")/packets.sh"
start_region
accepted=$(balance accepted)

# refused NAME FILE KEY WANTED-HTTP WANTED-CODE
refused() {
	expect "$1" "$4 $5" "$(post "$2" "$3" -H 'Prefer: wait=30') $(codes "$work/answer")"
	valid "$1: the answer"
	if tr -d '\n' <"$work/answer" | sed 's/<Message>/\n&/g' | grep '^<Message>' |
	    grep -vqE '<Code>[A-Z0-9_]+</Code>.*<Text>[^<]+</Text><Hint>[^<]+</Hint>'; then
		not_ok "$1: a message has no text or hint: $(cat "$work/answer")"
	else
		ok "$1: each message has a text and a hint"
	fi
}
learners_packet "$work/good.xml" 1 1

# Nothing of these is stored.
head -c 500 "$work/good.xml" >"$work/cut.xml"
refused 'a document that is cut' "$work/cut.xml" demo-school-key 400 PKT_XML_SYNTAX
expect_grep 'says the line' 'строка [0-9]+' "$work/answer"
printf 'не XML' >"$work/text.xml"
refused 'no XML at all' "$work/text.xml" demo-school-key 400 PKT_XML_SYNTAX
: >"$work/empty.xml"
refused 'an empty body' "$work/empty.xml" demo-school-key 411 HTTP_NO_BODY
sed 's|packet/1.0.0|packet/7.0.0|' "$work/good.xml" >"$work/version.xml"
refused 'another version of the format' "$work/version.xml" demo-school-key 415 PKT_UNKNOWN_TYPE
sed 's| xmlns="[^"]*"||' "$work/good.xml" >"$work/none.xml"
refused 'a document without namespace' "$work/none.xml" demo-school-key 415 PKT_UNKNOWN_TYPE
sed 's|<PacketId>[^<]*</PacketId>||' "$work/good.xml" >"$work/noid.xml"
refused 'a packet without id' "$work/noid.xml" demo-school-key 400 PKT_NO_ID
printf '<?xml version="1.0" encoding="windows-1251"?>\n<a/>' >"$work/encoding.xml"
refused 'another encoding' "$work/encoding.xml" demo-school-key 400 PKT_ENCODING

refused 'an unknown key' "$work/good.xml" nobody-has-this-key 401 SRC_UNKNOWN
expect 'no key at all' 401 "$(curl -s -o "$work/answer" -w '%{http_code}' \
    -H 'Content-Type: application/xml' --data-binary "@$work/good.xml" \
    "http://127.0.0.1:$http_port/v1/packets")"
expect_grep 'says the code' '<Code>SRC_UNKNOWN</Code>' "$work/answer"
expect 'GET without a key' 401 "$(get "/v1/packets/$(new_id 1)" no-such-key)"
refused 'a revoked source' "$work/good.xml" demo-revoked-key 403 SRC_DENIED
expect 'another content type' 415 "$(content_type=application/json post "$work/good.xml" demo-school-key)"
expect 'says the code' HTTP_TYPE "$(codes "$work/answer")"
expect 'content that is packed' 415 "$(post "$work/good.xml" demo-school-key -H 'Content-Encoding: gzip')"
expect 'another method' 405 "$(curl -s -o "$work/answer" -w '%{http_code}' -X PUT \
    -H 'Authorization: Bearer demo-school-key' --data-binary x "http://127.0.0.1:$http_port/v1/packets")"
expect 'another path' 404 "$(get /v1/nothing)"
expect 'none of these was accepted' "$accepted" "$(balance accepted)"

# These are kept: the source is known and so is the packet.
learner Тестов 2018-05-14 | record 1 L-1 | from=zags-office packet "$work/kind.xml" "$(new_id 2)" LEARNER 1
refused 'a kind that the source may not send' "$work/kind.xml" demo-zags-key 403 SRC_DENIED
from=zags-office learners_packet "$work/other.xml" 3 1
refused 'the name of another source' "$work/other.xml" demo-school-key 403 SRC_OTHER
learners_packet "$work/good.xml" 4 2
sed 's|<RecordCount>2<|<RecordCount>3<|' "$work/good.xml" >"$work/count.xml"
refused 'another number of records' "$work/count.xml" demo-school-key 422 PKT_COUNT
expect_grep 'says where' '<Path>Packet/Header/RecordCount</Path>' "$work/answer"
header_tail='<ContentSha256>0000000000000000000000000000000000000000000000000000000000000000</ContentSha256>' \
    learners_packet "$work/hash.xml" 5 1
refused 'another hash' "$work/hash.xml" demo-school-key 422 PKT_HASH

# Right hashes, over the canonical form of each record.
cat >"$work/hash.py" <<'PY'
import hashlib, re, sys
text = open(sys.argv[1], encoding="utf-8").read()
records = re.findall(r"<Record>.*?</Record>", text, re.S)
ns = '<Record xmlns="urn://x-contingent/rs/packet/1.0.0">'
print(hashlib.sha256("".join(r.replace("<Record>", ns, 1) for r in records).encode()).hexdigest())
PY
if command -v python3 >/dev/null; then
	learners_packet "$work/hash.xml" 6 2
	header_tail="<ContentSha256>$(python3 "$work/hash.py" "$work/hash.xml")</ContentSha256>" \
	    learners_packet "$work/hash.xml" 6 2
	expect 'the right hash is taken' 200 "$(post "$work/hash.xml" demo-school-key -H 'Prefer: wait=30')"
fi

# Many defects: all of them in one answer.
cat >"$work/bad.records" <<'XML'
<Record><RecNo>1</RecNo><Op>PERHAPS</Op><ExternalKey>X-1</ExternalKey>
<Learner><Person><Surname>Тестов</Surname>
<Nickname>Проба</Nickname>
<BirthDate>2018-05-14</BirthDate></Person></Learner></Record>
<Record><RecNo>2</RecNo><Op>UPSERT</Op><ExternalKey>X-2</ExternalKey>
<Learner><Person><Surname>Пробов</Surname><GivenName>Тест</GivenName>
<Sex>7</Sex></Person></Learner></Record>
XML
mode=ALWAYS packet "$work/bad.xml" "$(new_id 7)" LEARNER 2 <"$work/bad.records"
refused 'a packet with many defects' "$work/bad.xml" demo-school-key 422 PKT_SCHEMA
for place in Header/Mode 'Record[[]1[]]/Op' 'Record[[]1[]].*Nickname' 'Record[[]2[]].*Sex'; do
	expect_grep "the defect in $place is told" "<Path>Packet/$place</Path>" "$work/answer"
done
expect_grep 'with its line' '<Code>PKT_SCHEMA</Code><Line>10</Line><Path>[^<]*Sex' "$work/answer"
grep -qE 'Проба|Nickname>П|ALWAYS' "$work/answer" && not_ok 'a value is shown' || ok 'no value is shown in full'
expect 'GET tells the same' 200 "$(get "/v1/packets/$(new_id 7)")"
expect 'refused' REFUSED "$(field Status "$work/answer")"

# Bad fields cost the field, not the record; bad records cost no other.
{
	learner Тестов 2018-05-14 '112-233-445 96' | record 1 L-1
	learner Пробов 2019-02-31 | record 2 L-2
	printf '<Enrolment><PersonKey>L-404</PersonKey><OrgKey>ORG-404</OrgKey><EnrolledOn>2026-09-01</EnrolledOn></Enrolment>' |
	    record 3 E-1
	learner Образцов 2018-07-08 | record 4 L-4
} | packet "$work/part.xml" "$(new_id 8)" MIXED 4
expect 'a packet that is good in part' 200 "$(post "$work/part.xml" demo-school-key -H 'Prefer: wait=30')"
expect 'is PARTIAL' PARTIAL "$(field Status "$work/answer")"
valid 'its protocol'
expect_grep 'a wrong SNILS is told with path and masked value' \
    '<Code>ID_SNILS_CHECK</Code><Line>[0-9]+</Line><Path>Packet/Record\[1\]/Learner/Person/Snils</Path><Value>\*+96</Value><Text>[^<]+</Text><Hint>[^<]+</Hint>' "$work/answer"
expect_grep 'a date that is none is told' \
    '<Code>P_DATE_FORMAT</Code><Line>[0-9]+</Line><Path>Packet/Record\[2\]/Learner/Person/BirthDate</Path><Value>\*+31</Value>' "$work/answer"
expect_grep 'the record with unknown keys is rejected' '<RecNo>3</RecNo><ExternalKey>E-1</ExternalKey><Result>REJECTED</Result>' "$work/answer"
expect 'the records around it are applied' 2 \
    "$(for who in Тестов Образцов; do ctl person find "$who" --json; done | jq -r .surname | grep -cE '^(Тестов|Образцов)$')"
header_tail='<Atomic>true</Atomic>' packet "$work/atomic.xml" "$(new_id 9)" MIXED 2 <<XML
$(learner Атомов 2018-01-01 | record 1 A-1)
$(printf '<Enrolment><PersonKey>L-404</PersonKey><OrgKey>ORG-404</OrgKey><EnrolledOn>2026-09-01</EnrolledOn></Enrolment>' | record 2 E-2)
XML
expect 'an atomic packet is refused whole' '422 REFUSED' \
    "$(post "$work/atomic.xml" demo-school-key -H 'Prefer: wait=30') $(field Status "$work/answer")"
expect 'nothing of it is known' '' "$(ctl person find Атомов --json)"

wait_quiet 30
expect 'the balance is right' true "$(balance right)"
grep -qE 'Тестов|Образцов|Пробов|demo-school-key' "$work/kontingentd.log" &&
    not_ok 'the log shows a name or a key' || ok 'the log shows no name and no key'
finish
