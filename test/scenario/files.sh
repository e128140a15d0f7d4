# shellcheck shell=sh disable=SC2154,SC2034,SC2089,SC2090 # what lib.sh sets, or scenarios use
# test/scenario/files.sh - a region and an emulator with a file store, and a
# neighbour with the key "source" who sends requests with files.  A scenario
# sources it after lib.sh; skips itself where there is no FTP server.
# shellcheck source=test/scenario/alone.sh
. "$source/test/scenario/alone.sh"
# shellcheck source=test/scenario/kill.sh
. "$source/test/scenario/kill.sh"
/usr/bin/python3 -c 'import pyftpdlib' 2>/dev/null || skip_all 'no python3-pyftpdlib'

keys=$KONTINGENT_TEST_KEYS
ftp_port=$(free_port)
ftp=ftp://127.0.0.1:$ftp_port
files=$work/state/files

# start_files [SETTINGS OF smev]: start_region, with files.
start_files() {
	DEMO_SMEVEMU="ftp 127.0.0.1 $ftp_port $work/store
${neighbour:-participant federal cert $keys/source.pem}
${DEMO_SMEVEMU:-}"
	DEMO_CONF="smev {
	ftp_url = \"$ftp\"
	${1:-}
}
${DEMO_CONF:-}"
	export DEMO_SMEVEMU DEMO_CONF
	start_region
}

# upload FILE: into a folder of its own, whose name it prints.
upload() {
	folder=$(uuid1)
	curl -sS --ftp-create-dirs -T "$1" "$ftp/$folder/" --user anonymous:smev || return 1
	echo "$folder"
}

# signature FILE: detached, by the neighbour.
signature() {
	"$smevsign" sign-cms --key "$keys/source.key" --cert "$keys/source.pem" "$1" | base64 -w0
}

# ask ID CONTENT-FILE [HEADERS [CONTENTS]]: a request of the neighbour; the
# lists of headers stand within what is signed, those of contents behind it.
ask() {
	content=$(sed '1{/^<?xml/d}' "$2")
	call source <<-XML
		<t:SendRequestRequest><t:SenderProvidedRequestData Id="A"><t:MessageID>$1</t:MessageID><b:MessagePrimaryContent>$content</b:MessagePrimaryContent>${3:-}</t:SenderProvidedRequestData>${4:-}</t:SendRequestRequest>
	XML
}

# emu_field ID FIELD: of the message with that id, as the emulator knows it.
emu_field() {
	emu_state | jq -r --arg id "$1" --arg f "$2" '.messages[] | select(.id == $id) | .[$f]'
}

# in_state ID STATE
in_state() {
	[ "$(emu_field "$1" state)" = "$2" ]
}

# answer_of ID: data, rejected or nothing.
answer_of() {
	emu_state | jq -r --arg id "$1" '[.messages[] | select(.original_id == $id) | .answer][0] // ""'
}

answered() {
	[ -n "$(answer_of "$1")" ]
}

# hwm ROLE: the most memory that a process of that role has had, in kB.
hwm() {
	sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$(role_pid "$1")/status"
}

# Messages that are owed with files are put into the database by hand.
by_hand() {
	[ "${SCENARIO_DATABASE:-sqlite}" = sqlite ] || skip_all 'writes into the database itself'
	database=sqlite:$work/state/kontingent.db
	db=$work/state/kontingent.db owed_count=0
	# The federal segment of the emulator takes what we send.
	neighbour='#'
}

# Pushes to be copied by owe.
prepare_owing() {
	post "$source/demo/school.xml" demo-school-key -H 'Prefer: wait=30' >/dev/null
	post "$source/demo/learners.xml" demo-school-key -H 'Prefer: wait=30' >/dev/null
	wait_for 20 all_delivered || not_ok 'nothing is sent at all'
}

# owe FILE...: a push to the federal segment, as one before, with those files;
# the next daemon finds it.
owe() {
	stop_daemon
	owed_count=$((owed_count + 1)) ordinal=0
	row=$(sqlite3 "$db" "INSERT INTO outbox (lane, kind, subject, dedup_key, reply_to, cause, state, created_ms, due_ms, destination)
			SELECT lane, kind, 'file-$owed_count', 'file-$owed_count', '', '', 'waiting', created_ms, 0, destination FROM outbox WHERE lane = 'federal' ORDER BY id LIMIT 1;
		SELECT last_insert_rowid();
		INSERT INTO outbox_body (id, body) SELECT last_insert_rowid(), b.body FROM outbox_body b JOIN outbox o ON o.id = b.id WHERE o.lane = 'federal' ORDER BY o.id LIMIT 1;
		UPDATE queue_counter SET n = n + 1 WHERE name = 'out_owed'")
	for file in "$@"; do
		hex=$(openssl dgst -md_gost12_256 -r "$file" | cut -d' ' -f1)
		cp "$file" "$files/$(echo "$hex" | cut -c1-2)/$hex"
		ordinal=$((ordinal + 1))
		sqlite3 "$db" "INSERT INTO file (inbox_id, outbox_id, ordinal, name, mime, namespace_uri, digest, bytes, signature, signer, by_ftp, ref_id, hash, stored_ms, created_ms)
			VALUES (0, $row, $ordinal, '$(basename "$file")', 'application/zip', '', '$hex', $(stat -c %s "$file"), '', '', 0, '', '', 0, 0)"
	done
}

message_of() {
	sqlite3 "$db" "SELECT e.message_id FROM envelope e JOIN outbox o ON o.envelope_id = e.id WHERE o.id = $row"
}

sent() {
	[ "$(sqlite3 "$db" "SELECT state FROM outbox WHERE id = $row")" = delivered ] &&
	    in_state "$(message_of)" acked
}

# arrives WHAT: SMEV has it for its receiver, files found good
arrives() {
	wait_for 40 sent && ok "$1: it is sent, and its files are found good" ||
	    not_ok "$1: it is $(emu_field "$(message_of)" state), row $(sqlite3 "$db" "SELECT state, code, why FROM outbox WHERE id = $row")"
}

# again [POINTS]: another daemon
again() {
	stop_daemon
	export KONTINGENT_FAILPOINTS="${1:-}"
	start_daemon || not_ok 'the daemon does not start'
	unset KONTINGENT_FAILPOINTS
}
