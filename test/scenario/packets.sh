# shellcheck shell=sh
# shellcheck disable=SC2154 # build and work are those of lib.sh
# test/scenario/packets.sh - packets of made-up people, written to a file.

# new_id N: a PacketId
new_id() {
	printf '22222222-0000-4000-8000-%012d' "$1"
}

# packet FILE ID KIND COUNT [MORE]: a packet; its records come on standard
# input.  MORE is put after Mode, as is; $from is the source, $mode the mode, $created when.
packet() {
	{
		printf '<?xml version="1.0" encoding="UTF-8"?>\n'
		printf '<Packet xmlns="urn://x-contingent/rs/packet/1.0.0"%s>\n' "${packet_id_attr:-}"
		printf '<Header><PacketId>%s</PacketId><SourceSystem>%s</SourceSystem>' \
		    "$2" "${from:-sgo-school}"
		printf '<Scope>%s</Scope><Kind>%s</Kind><Mode>%s</Mode>%s' \
		    "${scope:-ORG-1}" "$3" "${mode:-DELTA}" "${5:-}"
		printf '<CreatedAt>%s</CreatedAt>' "${created:-2026-09-01T08:00:00+03:00}"
		printf '<RecordCount>%s</RecordCount>%s</Header>\n' "$4" "${header_tail:-}"
		cat
		printf '</Packet>\n'
	} >"$1"
}

# record N KEY [OP]: a record; its body comes on standard input
record() {
	printf '<Record><RecNo>%s</RecNo><Op>%s</Op><ExternalKey>%s</ExternalKey>' \
	    "$1" "${3:-UPSERT}" "$2"
	cat
	printf '</Record>\n'
}

# learner NAME BIRTH [SNILS] [CERTIFICATE-NUMBER]: a body
learner() {
	printf '<Learner><Person>%s<Surname>%s</Surname><GivenName>Тест</GivenName>' \
	    "${3:+<Snils>$3</Snils>}" "$1"
	printf '<Patronymic>Тестович</Patronymic><Sex>1</Sex><BirthDate>%s</BirthDate></Person>' "$2"
	[ -z "${4:-}" ] || printf '<Document><Kind>03</Kind><Series>I-ТЕ</Series><Number>%s</Number></Document>' "$4"
	printf '</Learner>'
}

# Surname N of a list that has no end: letters only.
surname() {
	printf 'Тестов%s' "$(printf %06d "$1" | sed 'y/0123456789/абвгдежзик/')"
}

# learners_packet FILE N COUNT [MORE]: a packet N with COUNT people of its own
learners_packet() {
	n=0
	while [ $n -lt "$3" ]; do
		n=$((n + 1))
		learner "$(surname $(($2 * 20 + n)))" 2018-05-14 | record $n "P-$2-$n"
	done | packet "$1" "$(new_id "$2")" LEARNER "$3" "${4:-}"
}

# field NAME FILE: text of the first element of that name
field() {
	tr -d '\n' <"$2" | sed -n "s|.*<$1>\\([^<]*\\)</$1>.*|\\1|p"
}

# codes FILE: every Code of a protocol, sorted, in one line
codes() {
	tr -d '\n' <"$1" | sed 's/<Code>/\n&/g' | sed -n 's|^<Code>\([A-Z0-9_]*\)</Code>.*|\1|p' |
	    sort -u | tr '\n' ' ' | sed 's/ $//'
}

# result FILE: status, and result of the first record
result() {
	printf '%s %s' "$(field Status "$1")" "$(tr -d '\n' <"$1" |
	    sed 's/<Record>/\n&/g' | sed -n 's|.*<RecNo>1</RecNo>.*<Result>\([A-Z_]*\)</Result>.*|\1|p')"
}

# valid NAME: the answer is valid by our schema
valid() {
	if "$build/smevxsd" -s "$KONTINGENT_SCHEMAS" "$work/answer" >"$work/valid" 2>&1; then
		ok "$1 is valid by the schema"
	else
		not_ok "$1 is not valid: $(head -n 3 "$work/valid")"
	fi
}
