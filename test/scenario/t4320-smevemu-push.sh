#!/bin/sh
# The emulator tells a participant that his queue has messages, and by a status
# that it could not.
# shellcheck source=test/scenario/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=test/scenario/alone.sh
. "$source/test/scenario/alone.sh"
cat >"$work/ear.py" <<'E2'
import http.server, sys
class Ear(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        with open(sys.argv[1], "ab") as file:
            file.write(self.headers["SOAPAction"].encode() + b" " + body + b"\n")
        self.send_response(500 if self.path == "/deaf" else 200)
        self.end_headers()
    def log_message(self, *words):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Ear)
print(server.server_port, flush=True)
server.serve_forever()
E2
python3 "$work/ear.py" "$work/heard" >"$work/ear" &
ear_pid=$!
wait_for 20 test -s "$work/ear"
ear=http://127.0.0.1:$(cat "$work/ear")
start_alone "participant provider push $ear/notice"

send_request "$(uuid1)"
wait_for 20 test -s "$work/heard" && ok 'a notice comes' || not_ok 'no notice comes'
expect_grep 'which names the queue and how much is in it' \
    'PushNotification .*<QueueName>delivery.provider._REQUEST_</QueueName><QueueSize>1<' "$work/heard"

pushes() {
	curl -s "http://127.0.0.1:$smev_port/emu/state" |
	    jq -e --arg want "$1" '.participants[] | select(.name == "provider") | "\(.pushes) \(.push_failures)" == $want' >/dev/null
}
wait_for 20 pushes '1 0' && ok 'it is counted as taken' || not_ok 'it is not counted'
echo "participant provider push $ear/deaf" |
    curl -s --data-binary @- "http://127.0.0.1:$smev_port/emu/script" >/dev/null
send_request "$(uuid1)"
wait_for 20 pushes '1 1' && ok 'a refused notice is counted' || not_ok 'a refused notice is not counted'
stop_pid "$ear_pid"
send_request "$(uuid1)"
wait_for 20 pushes '1 2' && ok 'and one that nobody takes' || not_ok 'one that nobody takes is not counted'
call caller <<XML
<t:GetStatusRequest><b:Timestamp Id="A">2026-01-01T00:00:00Z</b:Timestamp></t:GetStatusRequest>
XML
expect_grep 'a status says so' 'Ошибка отправки уведомления об очереди: HTTP 500' "$work/answer"
finish
