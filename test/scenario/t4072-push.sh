#!/bin/sh
# A push notification wakes a poller that sleeps; who may not send one, sends
# nonsense or too many changes nothing.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
start_region

ns=urn://x-artefacts-smev-gov-ru/smev/1.0
cat >"$work/push.xml" <<XML
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>
<t:PushNotificationRequest xmlns:t="$ns"><PushNotification>
<InformationTimestamp>2026-11-05T10:00:00+03:00</InformationTimestamp>
<t:QueueInformation><QueueName>delivery.rs-50._REQUEST_</QueueName><QueueSize>1</QueueSize></t:QueueInformation>
</PushNotification></t:PushNotificationRequest>
</soap:Body></soap:Envelope>
XML
echo '<a/>' >"$work/nonsense.xml"
head -c 200 "$work/push.xml" >"$work/half.xml"
# push FILE CURL-OPTIONS...: prints the HTTP status
push() {
	file=$1
	shift
	curl -s -o "$work/answer" -w '%{http_code}' --max-time 60 \
	    -H 'Content-Type: text/xml; charset=utf-8' -H 'SOAPAction: " PushNotification "' -H 'Expect:' \
	    "$@" --data-binary "@$file" "http://127.0.0.1:$http_port/ws/push" || echo 000
}
polls() {
	curl -s "http://127.0.0.1:$http_port/metrics" | awk '/^kontingent_smev_polls_total/ { n += $2 } END { print n + 0 }'
}

expect 'nobody may, as long as no setting says who' 404 "$(push "$work/push.xml")"
stop_daemon
sed -i "s/^	poll_slow_ms.*/	poll_slow_ms = 86400000\n	poll_status_ms = 86400000\n	push_from = {\"127.0.0.2\", \"$(printf %s push-key | sha256sum | cut -d ' ' -f 1)\"}/
    s/^	poll_fast_ms.*/	poll_fast_ms = 2000/" "$work/kontingentd.conf"
start_daemon
# Twice as long each time: soon nobody asks any more.
asleep() {
	before=$(polls)
	sleep 3
	[ "$(polls)" = "$before" ]
}
wait_for 60 asleep || not_ok 'the poller does not fall asleep'
acked() {
	emu_state | jq -e 'any(.messages[]; .root == "GetLearnerRequest" and .state == "acked")'
}
emu_send federal "$source/demo/get-learner.xml"
before=$(polls)
expect 'another address may not' 403 "$(push "$work/push.xml")"
expect 'nor with a wrong key' 403 "$(push "$work/push.xml" -H 'Authorization: Bearer wrong')"
expect 'nonsense is refused' 500 "$(push "$work/nonsense.xml" -H 'Authorization: Bearer push-key')"
expect_grep 'with an exception' 'PushNotificationException' "$work/answer"
expect 'half of a call is refused' 500 "$(push "$work/half.xml" -H 'Authorization: Bearer push-key')"
expect 'and nobody was asked for that' "$before" "$(polls)"
acked >/dev/null && not_ok 'the message was taken without a push' || ok 'the message waits meanwhile'

expect 'SMEV says that something waits' 200 "$(push "$work/push.xml" -H 'Authorization: Bearer push-key')"
expect_grep 'and is answered' 'PushNotificationResponse' "$work/answer"
wait_for 20 acked && ok 'the sleeping poller takes it' || not_ok "it does not: $(emu_state | jq -c '.messages[] | [.root, .state]')"

before=$(polls)
start=$(date +%s)
n=0
bad=0
while [ $n -lt 200 ]; do
	n=$((n + 1))
	[ "$(push "$work/push.xml" -H 'Authorization: Bearer push-key')" = 200 ] || bad=$((bad + 1))
done
took=$(($(date +%s) - start))
expect 'two hundred in a row are answered' 0 $bad
# Three queues, each at most once in two seconds, and twice at its edges.
[ $(($(polls) - before)) -le $((3 * (took / 2 + 2))) ] && ok 'and make no more polls than the fast pace' ||
    not_ok "they make $(($(polls) - before)) polls in $took s"

curl -s -H 'Authorization: Bearer push-key' "http://127.0.0.1:$http_port/ws/push?wsdl" >"$work/wsdl"
expect_grep 'the service is described' "<soap:address location=\"http://127.0.0.1:$http_port/ws/push\"/>" "$work/wsdl"
xmllint --noout "$work/wsdl" 2>"$work/lint" && ok 'in XML' || not_ok "not in XML: $(cat "$work/lint")"
sed -i 's/push_from = .*/push_from = {"nobody"}/' "$work/kontingentd.conf"
"$build/kontingentd" -c "$work/kontingentd.conf" -n 2>"$work/check" && not_ok 'a wrong address is taken' || ok 'a wrong address in the settings is told'
finish
