#!/bin/sh
# What a stranger has of smevemu: examples, curl, smevsign and --check.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
"$source/scripts/make-keys" "$KONTINGENT_TEST_KEYS"
export SMEV_URL PATH="$build:$PATH"
examples=$work/examples
cp -R "$source/etc/smevemu" "$examples"
ln -s "$KONTINGENT_TEST_KEYS" "$examples/keys"
sed -i 's/^ftp 127.0.0.1 2121 /ftp 127.0.0.1 0 /' "$examples/files.conf"
emu=$build/smevemu

# serve EXAMPLE: on any port
serve() {
	stop_pid "$emu_pid"
	rm -f "$work/ready"
	"$emu" -c "$examples/$1" -p 0 >"$work/ready" 2>"$work/alone.log" &
	emu_pid=$!
	wait_for 20 grep -q '^smevemu ready' "$work/ready" || {
		cat "$work/alone.log" >&2
		exit 99
	}
	SMEV_URL=http://127.0.0.1:$(sed 's/.* port=\([0-9]*\).*/\1/' "$work/ready")
}

for example in "$examples"/*.conf; do
	name=${example##*/}
	case $name in
	weather.conf) cat "$examples/consumer.conf" "$example" >"$examples/checked" ;;
	*) cp "$example" "$examples/checked" ;;
	esac
	"$emu" -n -c "$examples/checked" && ok "$name is a configuration" || not_ok "$name is none"
done

serve consumer.conf
"$examples/consumer.sh" "$examples/keys/caller" >"$work/out" || not_ok 'the consumer fails'
expect_grep 'the consumer is told that his request is being worked on' 'RequestStatus.*Запрос в работе' "$work/out"
expect_grep 'and gets his answer' 'Ответ-пример' "$work/out"
expect 'confirmed both' 2 "$(curl -s "$SMEV_URL/emu/state" |
    jq '[.messages[] | select(.kind == "response" and .state == "acked")] | length')"

serve provider.conf
"$examples/provider.sh" "$examples/keys/caller" >"$work/out" || not_ok 'the provider fails'
expect 'the provider has answered' acked,1 "$(curl -s "$SMEV_URL/emu/state" |
    jq -r '.messages[] | select(.kind == "request") | "\(.state),\(.answers)"')"

serve files.conf
expect_grep 'a store says its port' ' ftp=[0-9]' "$work/ready"
echo '<b:MessageTypeSelector Id="A"><b:Timestamp>2026-01-01T00:00:00Z</b:Timestamp></b:MessageTypeSelector>' |
    "$examples/call.sh" "$examples/keys/caller" GetRequest >"$work/got.mime"
"$emu" --check "$work/got.mime" >"$work/out" && ok 'a delivered message passes the check' ||
    not_ok "it does not: $(cat "$work/out")"
expect_grep 'which names its signatures' 'SMEVSignature над Request: верна' "$work/out"
sed 's/Вопрос-пример/Вопрос-другой/' "$work/got.mime" >"$work/spoilt.mime"
"$emu" --check "$work/spoilt.mime" >"$work/out" && not_ok 'a spoilt one passes' ||
    ok 'a spoilt one does not'
expect_grep 'and is explained' 'DigestValue не равен хэшу подписанного элемента Request' "$work/out"

echo '<b:MessageTypeSelector Id="A"><b:NodeID>n</b:NodeID></b:MessageTypeSelector>' |
    "$examples/call.sh" "$examples/keys/caller" GetRequest >"$work/out"
expect_grep 'a refused call is told what it lacks' 'ожидался элемент Timestamp' "$work/out"
curl -s "$SMEV_URL/emu/refused/1" >"$work/out"
expect_grep 'and is shown with its envelope' '<b:NodeID>n</b:NodeID>' "$work/out"
finish
