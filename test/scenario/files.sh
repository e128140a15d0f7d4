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
participant federal title \"Сосед\" cert $keys/source.pem
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
