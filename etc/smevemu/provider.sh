#!/bin/sh
# A provider: takes one request, confirms it, answers (provider.conf).
set -eu
here=$(dirname "$0") keys=${1:-keys/caller}
selector='<b:MessageTypeSelector Id="A"><b:Timestamp>2026-01-01T00:00:00Z</b:Timestamp></b:MessageTypeSelector>'
request=$(echo "$selector" | "$here/call.sh" "$keys" GetRequest | grep -a RequestMessage)
id=$(echo "$request" | sed 's/.*<[a-z0-9]*:MessageId>\([^<]*\)<.*/\1/') to=$(echo "$request" | sed 's/.*<[a-z0-9]*:ReplyTo>\([^<]*\)<.*/\1/')
echo "<b:AckTargetMessage Id=\"A\" accepted=\"true\">$id</b:AckTargetMessage>" | "$here/call.sh" "$keys" Ack
printf '<t:SenderProvidedResponseData Id="A"><t:MessageID>%s</t:MessageID><t:To>%s</t:To><b:MessagePrimaryContent>%s</b:MessagePrimaryContent></t:SenderProvidedResponseData>' \
    "$("$here/uuid1.sh")" "$to" "$(cat "$here/answer.xml")" | "$here/call.sh" "$keys" SendResponse
