"""An SMEV that a test tells what to say, in Python's own library.

It says what a test tells it to, in other forms than smevemu: default
namespaces, other prefixes, any version of the envelope, whatever was asked.
Only SMEV's signature is made by smevsign.
"""
import base64
import datetime
import http.server
import json
import os
import re
import subprocess
import threading
import time
import urllib.error
import urllib.request
import uuid
import xml.etree.ElementTree as ET

U = "urn://x-artefacts-smev-gov-ru/services/message-exchange/types"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
RS = "urn://x-contingent/rs-federal/1.0.0"
ROGDZP = "urn://x-artefacts-zags-rogdzp/root/112-23/4.0.1"
KEYS = os.environ["KONTINGENT_TEST_KEYS"]
BUILD = os.environ["SCENARIO_BUILD"]
WORK = os.environ["SCENARIO_WORK"]


def new_id():
    return str(uuid.uuid1())


def local(element):
    return element.tag.rpartition("}")[2]


def text_of(root, name):
    for element in root.iter():
        if local(element) == name:
            return element.text or ""
    return None


def sign(document, ref, key="smev"):
    """The signature goes into the empty *Signature after the element."""
    done = subprocess.run(
        [BUILD + "/smevsign", "sign", "--id", ref, "--key", f"{KEYS}/{key}.key",
         "--cert", f"{KEYS}/{key}.pem", "-"],
        input=document.encode(), capture_output=True, timeout=30, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.decode())
    return done.stdout.decode()


def soap(body, prefix="S", header=""):
    return (f'<{prefix}:Envelope xmlns:{prefix}="{SOAP}">{header}<{prefix}:Body>{body}'
            f"</{prefix}:Body></{prefix}:Envelope>")


def fault(element, version="1.2", code="", text="ошибка", prefix="S", inner=""):
    detail = f"<b:Code>{code}</b:Code><b:Description>{text}</b:Description>" if code else ""
    return soap(
        f'<{prefix}:Fault><faultcode>{prefix}:Server</faultcode><faultstring xml:lang="ru">{text}'
        f'</faultstring><detail><f:{element} xmlns:f="{U}/faults/{version}" '
        f'xmlns:b="{U}/basic/{version}">{detail}{inner}</f:{element}></detail></{prefix}:Fault>',
        prefix)


def metadata(kind, meta_id, sender, ref="", when=None):
    stamp = when or datetime.datetime.now().astimezone().isoformat()
    mark = f' Id="{ref}"' if ref else ""
    return (f"<MessageMetadata{mark}><MessageId>{meta_id}</MessageId><MessageType>{kind}"
            f"</MessageType><Sender><Mnemonic>{sender}</Mnemonic></Sender><SendingTimestamp>"
            f"{stamp}</SendingTimestamp><Status>messageIsDelivered</Status></MessageMetadata>")


class Smev:
    """Queues of what is to be given, and all that was called."""

    def __init__(self, port):
        self.lock = threading.Condition()
        self.queues = {"GetRequest": [], "GetResponse": [], "GetStatus": []}
        self.canned = []  # (operation, status, headers, body) for the next such call
        self.acked, self.sent, self.calls = [], [], []
        self.tried = []  # (operation, MessageID, bytes) of each Send*
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, headers, answer = owner.called(body)
                self.send_response(status)
                chunked = headers.pop("chunked", None)
                for name, value in headers.items():
                    self.send_header(name, value)
                if chunked:
                    self.send_header("Transfer-Encoding", "chunked")
                    self.end_headers()
                    for i in range(0, len(answer), 37):
                        part = answer[i:i + 37]
                        self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
                    self.wfile.write(b"0\r\n\r\n")
                else:
                    self.send_header("Content-Length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    # What the daemon calls.

    def called(self, raw):
        body = raw if not raw.startswith(b"--") else raw[raw.index(b"<"):]
        root = ET.fromstring(body)
        call = next(e for e in root if local(e) == "Body")[0]
        name = local(call).removesuffix("Request")
        version = call.tag[1:].partition("}")[0].rpartition("/")[2]
        with self.lock:
            self.calls.append(name)
            if name in ("SendRequest", "SendResponse"):
                self.tried.append((name, text_of(call, "MessageID"), raw))
            self.lock.notify_all()
            for i, (op, status, headers, answer) in enumerate(self.canned):
                if op == name:
                    del self.canned[i]
                    return status, dict(headers), answer.encode() if isinstance(answer, str) else answer
        answer = self.answer(name, version, call)
        return 200, {"Content-Type": 'text/xml; charset="utf-8"'}, answer.encode()

    def answer(self, name, version, call):
        if name in ("SendRequest", "SendResponse"):
            return self.take(name, version, call)
        if name == "Ack":
            target = next(e for e in call if local(e) == "AckTargetMessage")
            with self.lock:
                self.acked.append((target.text, target.get("accepted")))
                self.lock.notify_all()
            return soap(f'<AckResponse xmlns="{U}/{version}"/>', "SOAP-ENV")
        with self.lock:
            queue = self.queues.get(name, [])
            if queue:
                return queue.pop(0)
        return soap(f'<{name}Response xmlns="{U}/{version}"/>')

    def take(self, name, version, call):
        message_id = text_of(call, "MessageID")
        with self.lock:
            self.sent.append({"op": name, "id": message_id, "call": call, "version": version})
            self.lock.notify_all()
        kind = "REQUEST" if name == "SendRequest" else "RESPONSE"
        return sign(soap(f'<{name}Response xmlns="{U}/{version}">'
                         + metadata(kind, message_id, "RS50", "SIGNED_BY_SMEV")
                         + f"<SMEVSignature/></{name}Response>"), "SIGNED_BY_SMEV")

    # What a test has it say.

    def can(self, operation, status, body, headers=None):
        with self.lock:
            self.canned.append((operation, status, headers or {"Content-Type": "text/xml"}, body))

    def put_request(self, content, version="1.1", kind="REQUEST", reply_to="opaque|77",
                    more="", meta_id=None, message_id=None, sender="ZAGS01", when=None,
                    key="smev"):
        """Returns MessageID and MessageMetadata/MessageId."""
        message_id = message_id or new_id()
        meta_id = meta_id or message_id
        reply = f"<ReplyTo>{reply_to}</ReplyTo>" if reply_to else ""
        self.put("GetRequest", sign(soap(
            f'<GetRequestResponse xmlns="{U}/{version}" xmlns:b="{U}/basic/{version}"><RequestMessage>'
            f'<Request Id="R"><SenderProvidedRequestData Id="D"><MessageID>{message_id}</MessageID>'
            f"<b:MessagePrimaryContent>{content}</b:MessagePrimaryContent>{more}"
            f"</SenderProvidedRequestData>{metadata(kind, meta_id, sender, when=when)}"
            f"<b:FSAttachmentsList/>{reply}"
            "</Request><SMEVSignature/></RequestMessage></GetRequestResponse>", "soapenv"), "R", key))
        return message_id, meta_id

    def put_response(self, original, inner, version="1.2", to="back", sender="FED01"):
        """original "" leaves OriginalMessageId out.  Returns its MessageID."""
        message_id = new_id()
        origin = f"<OriginalMessageId>\n  {original}\n</OriginalMessageId>" if original else ""
        self.put("GetResponse", sign(soap(
            f'<GetResponseResponse xmlns="{U}/{version}" xmlns:b="{U}/basic/{version}">\n'
            f'<ResponseMessage><Response Id="R">{origin}<SenderProvidedResponseData Id="D">'
            f"<MessageID>{message_id}</MessageID><To>{to}</To>{inner}</SenderProvidedResponseData>"
            f"{metadata('RESPONSE', message_id, sender)}</Response>\n<SMEVSignature/>"
            "</ResponseMessage></GetResponseResponse>"), "R"))
        return message_id

    def put_status(self, original, inner, version="1.3"):
        self.put("GetStatus", sign(soap(
            f'<GetStatusResponse xmlns="{U}/{version}" xmlns:b="{U}/basic/{version}">'
            '<SmevAsyncProcessingMessage><AsyncProcessingStatusData Id="A"><AsyncProcessingStatus>'
            f"<OriginalMessageId>{original}</OriginalMessageId>{inner}</AsyncProcessingStatus>"
            "</AsyncProcessingStatusData><SMEVSignature/></SmevAsyncProcessingMessage>"
            "</GetStatusResponse>"), "A"))

    def put_cancel(self, about, version="1.1"):
        message_id = new_id()
        self.put("GetRequest", sign(soap(
            f'<GetRequestResponse xmlns="{U}/{version}" xmlns:b="{U}/basic/{version}"><RequestMessage>'
            f'<Cancel Id="C"><b:MessageReference Id="M">{about}</b:MessageReference>'
            f"<MessageID>{message_id}</MessageID>{metadata('CANCEL', message_id, 'ZAGS01')}</Cancel>"
            "<SMEVSignature/></RequestMessage></GetRequestResponse>"), "C"))
        return message_id

    def put(self, queue, document):
        with self.lock:
            self.queues[queue].append(document)

    # What a test waits for.

    def wait(self, what, seconds=40):
        """The first true value of what(), or None."""
        end = time.monotonic() + seconds
        with self.lock:
            while not (value := what()) and time.monotonic() < end:
                self.lock.wait(0.2)
        return value or None

    def wait_ack(self, message_id):
        return self.wait(lambda: next((a for a in self.acked if a[0] == message_id), None))

    def sent_by(self, op):
        return [s for s in self.sent if s["op"] == op]

    def wait_sent(self, at, op="SendRequest"):
        """Message number at that was sent so, from 0."""
        return self.wait(lambda: self.sent_by(op)[at] if len(self.sent_by(op)) > at else None)


def content(xml):
    return f"<b:MessagePrimaryContent>{xml}</b:MessagePrimaryContent>"


def rejected(*reasons):
    return "".join(
        f"<RequestRejected><RejectionReasonCode>{code}</RejectionReasonCode>"
        f"<RejectionReasonDescription>{text}</RejectionReasonDescription></RequestRejected>"
        for code, text in reasons)


def request_status(code, text="в работе"):
    return (f"<RequestStatus><StatusCode>{code}</StatusCode><StatusParameter><Key>k</Key><Value>v"
            f"</Value></StatusParameter><StatusDescription>{text}</StatusDescription></RequestStatus>")


def async_status(original, category, text="", fault_inner="", more=""):
    inner = f"<StatusCategory>{category}</StatusCategory>"
    if text:
        inner += f"<StatusDetails>{text}</StatusDetails>"
    inner += more
    if fault_inner:
        inner += f"<SmevFault>{fault_inner}</SmevFault>"
    return (f"<AsyncProcessingStatus><OriginalMessageId>{original}</OriginalMessageId>{inner}"
            "</AsyncProcessingStatus>")


def address(mid):
    """A To as the newer SMEV makes it."""
    return base64.b64encode(json.dumps({"sid": 7, "mid": mid, "eol": 0}).encode()).decode()


# The daemon, from outside.

def ctl(*words):
    done = subprocess.run([BUILD + "/kontingentctl", "-c", WORK + "/kontingentd.conf", *words],
                          capture_output=True, text=True, timeout=60, check=False)
    return done.stdout


def ctl_json(*words):
    return [json.loads(line) for line in ctl(*words, "--json").splitlines() if line.strip()]


def post(document, key="demo-school-key"):
    """Returns the HTTP status of a packet that is waited for."""
    request = urllib.request.Request(
        os.environ["SCENARIO_HTTP"] + "/v1/packets", document.encode(),
        {"Authorization": "Bearer " + key, "Content-Type": "application/xml", "Prefer": "wait=30"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


def learner(number, surname):
    """A packet with one learner of a name that nobody has."""
    return (
        '<Packet xmlns="urn://x-contingent/rs/packet/1.0.0"><Header>'
        f"<PacketId>33333333-0000-4000-8000-{number:012d}</PacketId>"
        "<SourceSystem>sgo-school</SourceSystem><Scope>ORG-1</Scope><Kind>LEARNER</Kind>"
        "<Mode>DELTA</Mode><CreatedAt>2026-09-01T08:00:00+03:00</CreatedAt>"
        "<RecordCount>1</RecordCount></Header><Record><RecNo>1</RecNo><Op>UPSERT</Op>"
        f"<ExternalKey>K-{number}</ExternalKey><Learner><Person><Surname>{surname}</Surname>"
        "<GivenName>Тест</GivenName><Patronymic>Тестович</Patronymic><Sex>1</Sex>"
        f"<BirthDate>{2008 + number // 27}-01-{number % 27 + 1:02d}</BirthDate></Person><Document><Kind>03</Kind><Series>I-ТЕ</Series>"
        f"<Number>{810000 + number}</Number></Document></Learner></Record></Packet>")


def guid_of(surname):
    found = ctl_json("person", "find", surname)
    if not found:
        return "nobody"
    return ctl_json("person", "show", found[0]["regional_number"])[0]["person"].get("federal_guid")


def push_answer(sent, guid):
    """What the federal segment answers to a push of one record."""
    batch = text_of(sent["call"], "BatchId")
    return content(
        f'<f:PushChangesResponse xmlns:f="{RS}"><f:BatchId>{batch}</f:BatchId><f:Record><f:RecNo>1'
        f"</f:RecNo><f:Status>ok</f:Status><f:FederalGuid>{guid}</f:FederalGuid></f:Record>"
        "</f:PushChangesResponse>")


def birth(number):
    """A birth act whose number nobody has; the request inside the registry."""
    with open(os.environ["SCENARIO_SOURCE"] + "/demo/birth.xml", encoding="utf-8") as file:
        text = re.sub(r"<\?xml.*?\?>", "", file.read())
    return text.replace("demo-birth-1", f"told-{number}").replace(
        "110269500000100002002", f"11026950000010007{number:04d}").replace("700002", f"79{number:04d}")


def record(number, **how):
    """One RegistryRecord, signed as said, by keys of the test CA."""
    act = re.search(r"<z:ROGDZPRequest.*</z:ROGDZPRequest>", birth(number), re.S).group()
    personal = how.get("personal", [])
    text = (f'<dir:RegistryRecord xmlns:dir="{U}/directive/1.3" xmlns:z="{ROGDZP}"><dir:RecordId>{number}'
            f'</dir:RecordId><dir:Record Id="REC_{number}"><dir:RecordContent Id="CON_{number}">{act}'
            "</dir:RecordContent>@</dir:Record>")
    done = ""
    for key in personal:
        # One at a time: each goes into an empty element that follows the content.
        made = sign(text.replace("@", "<dir:PersonalSignature/>") + "</dir:RegistryRecord>",
                    f"CON_{number}", key)
        done += re.search(r"<dir:PersonalSignature>.*?</dir:PersonalSignature>", made, re.S).group()
    text = text.replace("@", done)
    if how.get("spoil_content"):
        text = text.replace("Примерова", "Подменова", 1)
    if how.get("sign"):
        target = "CON" if how.get("wrong_target") else "REC"
        made = sign(text + "<dir:RecordSignature/></dir:RegistryRecord>" if target == "REC" else
                    text.replace("</dir:Record>", "<dir:RecordSignature/></dir:Record>", 1)
                    + "</dir:RegistryRecord>", f"{target}_{number}", how["sign"])
        signature = re.search(r"<dir:RecordSignature>.*?</dir:RecordSignature>", made, re.S).group()
        text += signature
    if how.get("spoil"):
        text = text.replace("Примерова", "Подменова", 1)
    return text + "</dir:RegistryRecord>"


def content_records(*records):
    inner = "".join(record(**r) for r in records)
    return (f'<z:Request xmlns:z="{ROGDZP}" xmlns:dir="{U}/directive/1.3"><dir:Registry>{inner}'
            "</dir:Registry></z:Request>")


def acts():
    return next(line["acts"] for line in ctl_json("status") if "acts" in line)


def settled(smev, message_id):
    """The inbox row of a message that was confirmed and settled."""
    truth(f"{message_id[:8]} is confirmed", smev.wait_ack(message_id))
    return until(
        lambda: (p := packet_of(message_id)).get("state") not in (None, "waiting") and p) or {}


def packet_of(message_id):
    found = ctl_json("packet", "show", message_id)
    return found[0] if found else {}


def events(message_id):
    return [(line["event"], line["detail"]) for line in ctl_json("packet", "trace", message_id)
            if "event" in line]


def queue_codes(name):
    return {line["code"] for line in ctl_json("queue") if line["name"] == name}


def until(what, seconds=40):
    end = time.monotonic() + seconds
    while not (value := what()) and time.monotonic() < end:
        time.sleep(0.1)
    return value


def check(name, wanted, got):
    print(f"ok {name}" if wanted == got else f"not ok {name}: wanted {wanted!r}, got {got!r}",
          flush=True)


def truth(name, good, got=""):
    print(f"ok {name}" if good else f"not ok {name}: {got!r}", flush=True)
