#!/bin/sh
# Another SMEV than smevemu, which shares no code with us: what we write is right
# in its eyes, and what it writes is read.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/scenario/packets.sh
. "$(dirname "$0")/packets.sh"

# shellcheck source=test/scenario/other.sh
. "$(dirname "$0")/other.sh"

lives() {
	ctl person find ПРИМЕРОВА --json | jq -r --arg n "$1" 'select(.given_name == $n) | .given_name' | grep -c .
}

export DEMO_ACK_MS=1000
start_other || exit 1

n=0
for dialect in cxf new terse foreign; do
	n=$((n + 1))
	smev -X POST "$at:$smev_port/dialect?name=$dialect"
	name=$(echo "Новинка Вторинка Третинка Четверинка" | cut -d' ' -f$n)
	reply_to="eyJ$n|a&b<c>\"'é=/+"
	id=$(give "op=request&reply_to=$(printf %s "$reply_to" | jq -sRr @uri)" \
	    "$(birth "11026950000010000200$n" "70000$n" "$name")")
	wait_for 40 seen_one ".op == \"SendResponseRequest\" and .to != \"\" and (.to | startswith(\"eyJ$n\"))" &&
	    ok "$dialect: a request is answered" || not_ok "$dialect: no answer: $(tail -n 3 "$work/kontingentd.log")"
	expect "$dialect: To is ReplyTo, whatever it is, and the signature is right" "$reply_to " \
	    "$(seen ".op == \"SendResponseRequest\" and (.to | startswith(\"eyJ$n\"))" '[0] | "\(.to) \(.wrong)"')"
	wait_for 20 seen_one ".op == \"AckRequest\" and .id == \"$id\" and .known" &&
	    ok "$dialect: and confirmed" || not_ok "$dialect: no Ack"
	expect "$dialect: the child is known" 1 "$(lives "$name")"
done

# Given twice: the same answer to both, one child.
smev -X POST "$at:$smev_port/dialect?name=cxf"
id=$(give 'op=request&reply_to=twice&id=5b1c0a00-0000-11ef-8000-00000000000a' "$(birth 110269500000100002009 700009 Девятинка)")
wait_for 40 seen_one '.op == "AckRequest" and .id == "5b1c0a00-0000-11ef-8000-00000000000a"'
give 'op=request&reply_to=twice&id=5b1c0a00-0000-11ef-8000-00000000000a' "$work/birth-700009.xml" >/dev/null
wait_for 40 seen_one '.op == "AckRequest" and .id == "5b1c0a00-0000-11ef-8000-00000000000a" and .known' 2 &&
    ok 'a redelivery is confirmed again' || not_ok 'a redelivery is not confirmed'
wait_for 20 seen_one '.op == "SendResponseRequest" and .to == "twice"'
expect 'and answered once' 1 "$(seen '.op == "SendResponseRequest" and .to == "twice" and (.again | not)' ' | length')"
expect 'one child of it' 1 "$(lives Девятинка)"

# What was changed after SMEV signed it is neither kept nor confirmed.
spoilt=$(give 'op=request&reply_to=spoilt&spoil=1' "$(birth 110269500000100002008 700008 Подделкина)")
wait_for 40 seen_one ".op == \"GetRequestRequest\" and .given == \"$spoilt\""
unsigned=$(give 'op=request&reply_to=unsigned&unsigned=1' "$(birth 110269500000100002007 700007 Подделкина)")
wait_for 40 seen_one ".op == \"GetRequestRequest\" and .given == \"$unsigned\""
sleep 2
expect 'a spoilt and an unsigned message get no Ack' 0 \
    "$(seen ".op == \"AckRequest\" and (.id == \"$spoilt\" or .id == \"$unsigned\")" ' | length')"
expect 'and nothing is known of it' 0 "$(lives Подделкина)"

# A file with its signature, all of it as parts beside the envelope.
id=$(give 'op=request&reply_to=file&file=%D1%84%D0%B0%D0%B9%D0%BB' "$(birth 110269500000100002006 700006 Шестинка)")
wait_for 40 seen_one ".op == \"AckRequest\" and .id == \"$id\" and .known" &&
    ok 'a message with a file by MTOM, its PKCS#7 too, is taken' || not_ok "no Ack of a file: $(tail -n 3 "$work/kontingentd.log")"

# What we push, and what SMEV may say of it.
wait_for 40 seen_one '.root | . != null and endswith("PushChangesRequest")' &&
    ok 'the federal segment is told' || not_ok 'no push'
expect 'each call of ours was right' '' "$(seen '.wrong != ""' ' | map("\(.op): \(.wrong)") | unique | .[]')"
expect 'with an unused name of version 1 each' 0 "$(seen '.differs' ' | length')"
push=$(seen '.root | . != null and endswith("PushChangesRequest")' '[-1].id')
give "op=response&form=status&original=$push" /dev/null >/dev/null
give "op=response&form=async&original=$push" /dev/null >/dev/null
wait_for 40 sh -c "'$build/kontingentctl' -c '$work/kontingentd.conf' balance --json | jq -e '.out_held > 0'" &&
    ok "SMEV's later refusal holds what was sent" || not_ok "not held: $(ctl balance)"
give 'op=response&form=async&original=0e5d8f00-0000-11ef-8000-000000000001' /dev/null >/dev/null
wait_for 40 seen_one '.op == "AckRequest" and .known' 9 && ok 'an answer to nothing is confirmed' || not_ok 'no Ack of it'
ctl balance --json >"$work/balance"
expect 'the balance is right' true "$(jq -r .right "$work/balance")"

# Faults by the envelope of another server.
smev -X POST "$at:$smev_port/dialect?name=new"
smev -X POST "$at:$smev_port/fault?name=SMEVFailure&times=2"
sent=$(seen '.op == "SendResponseRequest" and .wrong == "" and .fault == ""' ' | length')
give 'op=request&reply_to=later' "$(birth 110269500000100002005 700005 Пятинка)" >/dev/null
wait_for 40 seen_one '.op | startswith("Send")' && wait_for 40 seen_one '.op == "SendResponseRequest" and .to == "later" and .fault == ""' &&
    ok 'what SMEV failed at is sent again' || not_ok "not sent again ($sent): $(ctl queue)"
expect 'byte for byte the same message' 0 "$(seen '.differs' ' | length')"
stop_other
finish
