#!/bin/sh
# A consumer: asks, then takes answers until there are no more (consumer.conf).
set -eu
here=$(dirname "$0") keys=${1:-keys/caller}
selector='<b:MessageTypeSelector Id="A"><b:Timestamp>2026-01-01T00:00:00Z</b:Timestamp></b:MessageTypeSelector>'
printf '<t:SenderProvidedRequestData Id="A"><t:MessageID>%s</t:MessageID><b:MessagePrimaryContent>%s</b:MessagePrimaryContent></t:SenderProvidedRequestData>' \
    "$("$here/uuid1.sh")" "$(cat "$here/ask.xml")" | "$here/call.sh" "$keys" SendRequest
while answer=$(echo "$selector" | "$here/call.sh" "$keys" GetResponse | grep -a ResponseMessage); do
	echo "$answer"
	id=$(echo "$answer" | sed 's/.*<[a-z0-9]*:MessageId>\([^<]*\)<.*/\1/')
	echo "<b:AckTargetMessage Id=\"A\" accepted=\"true\">$id</b:AckTargetMessage>" | "$here/call.sh" "$keys" Ack
done
