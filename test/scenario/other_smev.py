#!/usr/bin/env python3
"""Another SMEV 3, for tests: a third witness of the wire format.

Written from the protocol alone: it shares no code with the daemon and with
smevemu, not even crypto/ and libxml2.  XML is read by expat, the transform and
the canonical form are written below, GOST is openssl's command line.  It plays
one side only: SMEV towards one participant, with the ways of servers that
smevemu does not play.

usage: other_smev.py PORT SMEV-KEY SMEV-CERT CALLER-CERT [FTP-PORT FOLDER]

With FTP-PORT there is a file store (pyftpdlib) in FOLDER: up/ for anonymous
uploads, and an account for each delivery until its Ack.

POST /smev/v1.x/ws         the service
POST /give?...             queue a business document (body); fields:
     op=request|response, original=ID of what it answers, reply_to=TEXT,
     form=data|rejected|status|async, spoil=1 (a byte changed after signing),
     unsigned=1, file=TEXT (an attachment), store=folder|root (it is in the
     file store, in a folder of its own or in the account's root),
     lie=hash|content|gone (what is wrong with it there)
POST /dialect?name=...     one of DIALECTS for the answers from now on
POST /fault?name=&times=   the next Send* calls get that fault element
GET  /seen                 JSON: every call that came, and what was wrong
"""
import base64
import hashlib
import http.server
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import uuid
import xml.dom.minidom

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
U = "urn://x-artefacts-smev-gov-ru/services/message-exchange/types"
DS = "http://www.w3.org/2000/09/xmldsig#"
XMLNS = "http://www.w3.org/2000/xmlns/"
EXC = "http://www.w3.org/2001/10/xml-exc-c14n#"
TRANSFORM = "urn://smev-gov-ru/xmldsig/transform"
SIGN = "urn:ietf:params:xml:ns:cpxmlsec:algorithms:gostr34102012-gostr34112012-256"
DIGEST = "urn:ietf:params:xml:ns:cpxmlsec:algorithms:gostr34112012-256"

# How an answer looks: prefix of SOAP, prefixes of ours, whether Get* answers
# are multipart, whether Header is there, and what Ack gets.
DIALECTS = {
    "cxf": {"soap": "soap", "multipart": True, "header": "", "ack": "element"},
    "new": {"soap": "SOAP-ENV", "multipart": False, "header": "empty",
            "ack": "element"},
    "terse": {"soap": "S", "multipart": False, "header": "", "ack": "body"},
    "foreign": {"soap": "soapenv", "multipart": True, "header": "block",
                "ack": "element"},
}


# --- XML ---------------------------------------------------------------------

def parse(text):
    return xml.dom.minidom.parseString(text).documentElement


def elements(node, name=None):
    return [n for n in node.childNodes if n.nodeType == n.ELEMENT_NODE
            and (name is None or n.localName == name)]


def child(node, name):
    found = elements(node, name) if node is not None else []
    return found[0] if found else None


def text_of(node):
    return "" if node is None else "".join(
        n.data for n in node.childNodes if n.nodeType in (3, 4))


def find(node, name):
    """Elements with that local name, in document order."""
    found = [node] if node.localName == name else []
    for n in elements(node):
        found += find(n, name)
    return found


def attributes(node):
    return [node.attributes.item(i) for i in range(node.attributes.length)]


def runs(node):
    """Children with text that comments and the like had cut put together."""
    out = []
    for n in node.childNodes:
        if n.nodeType in (3, 4):
            if out and isinstance(out[-1], str):
                out[-1] += n.data
            else:
                out.append(n.data)
        elif n.nodeType == n.ELEMENT_NODE:
            out.append(n)
    return out


def units(text):
    """Java's idea of order and length: UTF-16."""
    return text.encode("utf-16-be")


def transform_text(text):
    """Long texts are written in pieces of 512 UTF-16 units."""
    raw = [units(text)[i:i + 2] for i in range(0, len(units(text)), 2)]
    short = len(raw) < 12
    out = []
    for i, u in enumerate(raw):
        c = int.from_bytes(u, "big")
        first = i == 0 if short else i % 512 == 0
        before = b"" if first else raw[i - 1]
        escaped = {0x3c: "&lt;", 0x26: "&amp;", 0x0d: "&#xd;"}.get(c)
        if escaped is None and 0x7f <= c <= 0x9f:
            escaped = "&#x%x;" % c
        if c == 0x3e:
            after = not first and not short and out[-1][1]
            if first or before == units("]") or after:
                escaped = "&gt;"
        out.append(((escaped.encode("utf-16-be") if escaped else u),
                    escaped is not None))
    return b"".join(o[0] for o in out).decode("utf-16-be")


def transform(node):
    """exclusive c14n and urn://smev-gov-ru/xmldsig/transform in one."""
    counter = [0]
    scopes = []

    def prefix(uri, made):
        for scope in scopes:
            if uri in scope:
                return scope[uri]
        counter[0] += 1
        scopes[-1][uri] = "ns%d" % counter[0]
        made.append((uri, scopes[-1][uri]))
        return scopes[-1][uri]

    def attribute(value):
        for a, b in (("&", "&amp;"), ("<", "&lt;"), ('"', "&quot;"),
                     ("\t", "&#x9;"), ("\n", "&#xa;"), ("\r", "&#xd;")):
            value = value.replace(a, b)
        return value

    def write(node):
        scopes.append({})
        made = []
        name = prefix(node.namespaceURI, made) + ":" + node.localName
        own = [a for a in attributes(node) if a.namespaceURI != XMLNS]
        own.sort(key=lambda a: (0 if a.namespaceURI else 1,
                                units(a.namespaceURI or ""), units(a.localName)))
        said = ""
        for a in own:
            called = a.localName if not a.namespaceURI else \
                prefix(a.namespaceURI, made) + ":" + a.localName
            said += ' %s="%s"' % (called, attribute(a.value))
        out = "<" + name + "".join(' xmlns:%s="%s"' % (p, attribute(u))
                                   for u, p in made) + said + ">"
        for n in runs(node):
            if isinstance(n, str):
                if n.strip("".join(chr(c) for c in range(0x21))):
                    out += transform_text(n)
            else:
                out += write(n)
        scopes.pop()
        return out + "</" + name + ">"

    return write(node).encode()


def exc_c14n(node):
    """Exclusive canonical form without comments of the subtree."""
    def in_scope(node, want):
        while node is not None and node.nodeType == node.ELEMENT_NODE:
            name = "xmlns:" + want if want else "xmlns"
            if node.hasAttribute(name):
                return node.getAttribute(name)
            node = node.parentNode
        return ""

    def escape(text, quoted):
        text = text.replace("&", "&amp;").replace("<", "&lt;")
        if quoted:
            return text.replace('"', "&quot;").replace("\t", "&#x9;") \
                .replace("\n", "&#xA;").replace("\r", "&#xD;")
        return text.replace(">", "&gt;").replace("\r", "&#xD;")

    def write(node, seen):
        own = [a for a in attributes(node) if a.namespaceURI != XMLNS]
        used = {node.prefix or ""} | {a.prefix for a in own if a.prefix}
        used.discard("xml")
        seen = dict(seen)
        out = "<" + node.tagName
        for p in sorted(used):
            uri = in_scope(node, p)
            if seen.get(p, "") != uri:
                seen[p] = uri
                out += ' xmlns%s="%s"' % (":" + p if p else "",
                                          escape(uri, True))
        own.sort(key=lambda a: (a.namespaceURI or "", a.localName))
        for a in own:
            out += ' %s="%s"' % (a.name, escape(a.value, True))
        out += ">"
        for n in runs(node):
            out += escape(n, False) if isinstance(n, str) else write(n, seen)
        return out + "</" + node.tagName + ">"

    return write(node, {}).encode()


# --- GOST by openssl's command line --------------------------------------------

def openssl(*words, data=b""):
    return subprocess.run(["openssl", *words], input=data, check=True,
                          capture_output=True).stdout


def streebog(data):
    return openssl("dgst", "-md_gost12_256", "-binary", data=data)


def with_files(data, use):
    """use(names) with each of data in a temporary file."""
    with tempfile.TemporaryDirectory() as folder:
        names = []
        for i, d in enumerate(data):
            names.append(os.path.join(folder, str(i)))
            with open(names[-1], "wb") as file:
                file.write(d)
        return use(names)


def sign(key, digest):
    return with_files([digest], lambda n: openssl(
        "pkeyutl", "-sign", "-inkey", key, "-in", n[0]))


def signed_by(der, digest, value):
    """Whether value is the signature of digest by the key of the certificate."""
    try:
        public = openssl("x509", "-inform", "DER", "-pubkey", "-noout", data=der)
        return with_files([public, digest, value], lambda n: b"Verified" in openssl(
            "pkeyutl", "-verify", "-pubin", "-inkey", n[0], "-in", n[1],
            "-sigfile", n[2]))
    except subprocess.CalledProcessError:
        return False


def der_of(pem_path):
    return openssl("x509", "-in", pem_path, "-outform", "DER")


def pkcs7(key, cert, content):
    return with_files([content], lambda n: openssl(
        "cms", "-sign", "-binary", "-md", "md_gost12_256", "-signer", cert,
        "-inkey", key, "-outform", "DER", "-in", n[0]))


def signature(target, key, der):
    """ds:Signature over target, an element with Id."""
    digest = base64.b64encode(streebog(transform(target))).decode()
    info = ('<ds:SignedInfo xmlns:ds="%s"><ds:CanonicalizationMethod Algorithm="%s"/>'
            '<ds:SignatureMethod Algorithm="%s"/><ds:Reference URI="#%s"><ds:Transforms>'
            '<ds:Transform Algorithm="%s"/><ds:Transform Algorithm="%s"/></ds:Transforms>'
            '<ds:DigestMethod Algorithm="%s"/><ds:DigestValue>%s</ds:DigestValue>'
            '</ds:Reference></ds:SignedInfo>'
            % (DS, EXC, SIGN, target.getAttribute("Id"), EXC, TRANSFORM, DIGEST, digest))
    value = sign(key, streebog(exc_c14n(parse(info))))
    return ('<ds:Signature xmlns:ds="%s">%s<ds:SignatureValue>%s</ds:SignatureValue><ds:KeyInfo>'
            '<ds:X509Data><ds:X509Certificate>%s</ds:X509Certificate></ds:X509Data></ds:KeyInfo>'
            '</ds:Signature>'
            % (DS, info.replace(' xmlns:ds="%s"' % DS, "", 1),
               base64.b64encode(value).decode(), base64.b64encode(der).decode()))


def judge(sig, target, der):
    """What is wrong with a ds:Signature that should be over target; "" nothing."""
    info = child(sig, "SignedInfo")
    if info is None or any(isinstance(n, str) for n in runs(sig) + runs(info)):
        return "text between the elements of ds:Signature"
    refs = elements(info, "Reference")
    if len(refs) != 1 or refs[0].getAttribute("URI") != "#" + target.getAttribute("Id"):
        return "the reference is not the signed element"
    algorithms = [t.getAttribute("Algorithm") for t in find(info, "Transform")]
    if algorithms != [EXC, TRANSFORM]:
        return "transforms " + " ".join(algorithms)
    if (child(info, "SignatureMethod").getAttribute("Algorithm"),
            child(refs[0], "DigestMethod").getAttribute("Algorithm")) != (SIGN, DIGEST):
        return "algorithms"
    said = base64.b64decode(text_of(child(refs[0], "DigestValue")))
    if said != streebog(transform(target)):
        return "digest"
    shown = base64.b64decode(text_of(find(sig, "X509Certificate")[0]))
    if der is not None and shown != der:
        return "another certificate"
    if not signed_by(shown, streebog(exc_c14n(info)),
                     base64.b64decode(text_of(child(sig, "SignatureValue")))):
        return "value"
    return ""


# --- the file store ---------------------------------------------------------------

class FileStore:
    def __init__(self, port, folder):
        from pyftpdlib.authorizers import DummyAuthorizer
        from pyftpdlib.handlers import FTPHandler
        from pyftpdlib.servers import FTPServer
        self.up, self.down = os.path.join(folder, "up"), os.path.join(folder, "down")
        os.makedirs(self.up, exist_ok=True)
        os.makedirs(self.down, exist_ok=True)
        self.accounts = DummyAuthorizer()
        self.accounts.add_anonymous(self.up, perm="elradfmw")
        handler = type("Handler", (FTPHandler,), {"authorizer": self.accounts})
        self.server = FTPServer(("127.0.0.1", port), handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def offer(self, uid, name, content, layout):
        """An account with the file in it; user and password."""
        user, password = uuid.uuid4().hex[:30], uuid.uuid4().hex[:30]
        home = os.path.join(self.down, user)
        folder = os.path.join(home, uid) if layout == "folder" else home
        os.makedirs(folder)
        if content is not None:
            with open(os.path.join(folder, name), "wb") as file:
                file.write(content)
        self.accounts.add_user(user, password, home, perm="elr")
        return user, password

    def clean(self, user):
        shutil.rmtree(os.path.join(self.down, user), ignore_errors=True)
        self.accounts.remove_user(user)

    def uploaded(self, uid):
        """The one file of the folder, or why not; it is taken away."""
        folder = os.path.join(self.up, uid)
        names = sorted(os.listdir(folder)) if os.path.isdir(folder) else []
        if len(names) != 1:
            return None, "%d files in the folder" % len(names)
        with open(os.path.join(folder, names[0]), "rb") as file:
            content = file.read()
        shutil.rmtree(folder)
        return content, ""


# --- SMEV ----------------------------------------------------------------------

class Smev:
    def __init__(self, key, cert, caller, store=None):
        self.key, self.cert, self.store = key, cert, store
        self.der, self.caller = der_of(cert), der_of(caller)
        self.lock = threading.RLock()
        self.queues = {"request": [], "response": []}
        self.unconfirmed = {}
        self.seen, self.accepted = [], {}
        self.dialect, self.fault, self.fault_times = DIALECTS["cxf"], "", 0

    # what came

    def note(self, **what):
        what["at"] = time.time()
        with self.lock:
            self.seen.append(what)

    def check_caller(self, operation, target):
        wrapper = child(operation, "CallerInformationSystemSignature")
        sig = child(wrapper, "Signature")
        if sig is None:
            return "no signature"
        if target is None or not target.getAttribute("Id"):
            return "nothing is signed"
        return judge(sig, target, self.caller)

    def send(self, operation, version, attachments):
        request = operation.localName == "SendRequestRequest"
        data = child(operation, "SenderProvided%sData" % ("Request" if request else "Response"))
        wrong = self.check_caller(operation, data)
        message_id = text_of(child(data, "MessageID"))
        primary = child(data, "MessagePrimaryContent")
        roots = elements(primary) if primary is not None else []
        try:
            if uuid.UUID(message_id).version != 1:
                wrong = wrong or "MessageID is no UUID of version 1"
        except ValueError:
            wrong = wrong or "MessageID is no UUID"
        personal = child(child(data, "PersonalSignature"), "Signature")
        fault = ""
        with self.lock:
            digest = hashlib.sha256(transform(data)).hexdigest()
            again = message_id in self.accepted
            differs = again and self.accepted[message_id] != digest
            if self.fault_times > 0:
                self.fault_times -= 1
                fault = self.fault
            elif not wrong and not again:
                self.accepted[message_id] = digest
        self.note(op=operation.localName, version=version, wrong=wrong, id=message_id,
                  to=text_of(child(data, "To")), again=again, differs=differs,
                  root="{%s}%s" % (roots[0].namespaceURI, roots[0].localName) if roots else "",
                  content=roots[0].toxml() if roots else "",
                  reject=text_of(child(child(data, "RequestRejected"), "RejectionReasonCode")),
                  status=text_of(child(child(data, "RequestStatus"), "StatusCode")),
                  node=text_of(child(data, "NodeID")), fault=fault,
                  reference=text_of(child(data, "ReferenceMessageID")),
                  test=child(data, "TestMessage") is not None,
                  personal="" if personal is None else judge(personal, roots[0], None) or "good",
                  files=self.files_of(data, operation, attachments))
        if fault:
            return 500, self.fault_xml(fault, version)
        if wrong:
            return 500, self.fault_xml("SignatureVerificationFault", version)
        if again:
            return 500, self.fault_xml("MessageIsAlreadySent", version)
        return 200, self.queued(operation.localName, message_id, version, request)

    def pkcs7_wrong(self, header, content):
        """What is wrong with the signature of a file; "" nothing."""
        sig = child(header, "SignaturePKCS7")
        if sig is None:
            return "unsigned"
        try:
            with_files([base64.b64decode(text_of(sig)), content], lambda n: openssl(
                "cms", "-verify", "-binary", "-noverify", "-inform", "DER", "-in", n[0], "-content", n[1]))
            return ""
        except subprocess.CalledProcessError:
            return "PKCS#7 is wrong"

    def files_of(self, data, operation, attachments):
        files = []
        contents = {text_of(child(c, "Id")): c
                    for c in find(operation, "AttachmentContent")}
        for header in find(data, "AttachmentHeader"):
            content = child(contents.get(text_of(child(header, "contentId"))), "Content")
            include = child(content, "Include") if content is not None else None
            raw = b"" if content is None else \
                attachments.get(urllib.parse.unquote(include.getAttribute("href")[4:]), b"") \
                if include is not None else base64.b64decode(text_of(content))
            files.append({"by": "mtom", "bytes": len(raw), "mime": text_of(child(header, "MimeType")),
                          "sha256": hashlib.sha256(raw).hexdigest(),
                          "wrong": self.pkcs7_wrong(header, raw)})
        for header in find(data, "RefAttachmentHeader"):
            raw, wrong = self.store.uploaded(text_of(child(header, "uuid"))) if self.store else (None, "no store")
            if not wrong and text_of(child(header, "Hash")) != base64.b64encode(streebog(raw)).decode():
                wrong = "Hash is wrong"
            files.append({"by": "ftp", "uuid": text_of(child(header, "uuid")), "bytes": len(raw or b""),
                          "mime": text_of(child(header, "MimeType")),
                          "sha256": hashlib.sha256(raw or b"").hexdigest(),
                          "wrong": wrong or self.pkcs7_wrong(header, raw)})
        return files

    def get(self, operation, version):
        which = "request" if operation.localName == "GetRequestRequest" else "response"
        selector = child(operation, "MessageTypeSelector")
        wrong = self.check_caller(operation, selector)
        given = None
        with self.lock:
            if not wrong and self.queues[which]:
                given = self.queues[which].pop(0)
                self.unconfirmed[given["ack_id"]] = (which, given)
        self.note(op=operation.localName, version=version, wrong=wrong, given=given and given["id"],
                  selector=text_of(child(selector, "RootElementLocalName")),
                  node=text_of(child(selector, "NodeID")))
        if wrong:
            return 500, self.fault_xml("SignatureVerificationFault", version), []
        return (200, *self.delivery(operation.localName, given, version))

    def ack(self, operation, version):
        target = child(operation, "AckTargetMessage")
        wrong = self.check_caller(operation, target)
        ack_id = text_of(target)
        with self.lock:
            known = self.unconfirmed.pop(ack_id, None) if not wrong else None
            if known is not None and known[1].get("user"):
                self.store.clean(known[1]["user"])
        self.note(op="AckRequest", version=version, wrong=wrong, id=ack_id, known=known is not None,
                  accepted=target.getAttribute("accepted") if target is not None else "")
        if wrong or known is None:
            return 500, self.fault_xml("TargetMessageIsNotFound", version)
        if self.dialect["ack"] == "body":
            return 200, self.envelope("")
        return 200, self.envelope('<AckResponse xmlns="%s/%s"/>' % (U, version))

    def come_again(self):
        """What was not confirmed is given once more."""
        with self.lock:
            for which, given in self.unconfirmed.values():
                if given.get("user"):
                    self.store.clean(given["user"])
                self.queues[which].insert(0, given)
            self.unconfirmed.clear()

    # what goes

    def envelope(self, body):
        p = self.dialect["soap"]
        header = {"": "", "empty": "<%s:Header/>" % p,
                  "block": '<%s:Header><Action xmlns="urn:foreign" %s:mustUnderstand="0">x</Action>'
                           '</%s:Header>' % (p, p, p)}[self.dialect["header"]]
        return '<%s:Envelope xmlns:%s="%s">%s<%s:Body>%s</%s:Body></%s:Envelope>' % (
            p, p, SOAP, header, p, body, p, p)

    def fault_xml(self, name, version):
        inner = '<f:SignatureVerificationFault>SignatureIsInvalid</f:SignatureVerificationFault>' \
            if name == "SignatureVerificationFault" else \
            '<b:Description xmlns:b="%s/basic/%s">SMEV-501:Сообщение не найдено</b:Description>' % (U, version) \
            if name == "TargetMessageIsNotFound" else ""
        p = self.dialect["soap"]
        return self.envelope(
            '<%s:Fault><faultcode>%s:Server</faultcode><faultstring xml:lang="ru">отказ</faultstring>'
            '<detail><f:%s xmlns:f="%s/faults/%s">%s</f:%s></detail></%s:Fault>'
            % (p, p, name, U, version, inner, name, p))

    def metadata(self, message_id, kind, status):
        """As little as live 1.2 gives."""
        stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(time.time() + 10800)) + ".000+03:00"
        return ('<MessageId>%s</MessageId><MessageType>%s</MessageType><Sender><Mnemonic>TEST01</Mnemonic>'
                '</Sender><SendingTimestamp>%s</SendingTimestamp><Recipient><Mnemonic>RS50</Mnemonic>'
                '</Recipient><DeliveryTimestamp>%s</DeliveryTimestamp><Status>%s</Status>'
                % (message_id, kind, stamp, stamp, status))

    def queued(self, operation, message_id, version, request):
        kind = "REQUEST" if request else "RESPONSE"
        meta = '<MessageMetadata xmlns="%s/%s" Id="SIGNED_BY_SMEV">%s</MessageMetadata>' % (
            U, version, self.metadata(message_id, kind, "requestIsQueued"))
        return self.envelope('<%s xmlns="%s/%s">%s<SMEVSignature>%s</SMEVSignature></%s>' % (
            operation.replace("Request", "Response") if not request else "SendRequestResponse",
            U, version, meta, signature(parse(meta), self.key, self.der),
            operation.replace("Request", "Response") if not request else "SendRequestResponse"))

    def queue(self, which, body, options):
        message_id = options.get("id") or str(uuid.uuid1())
        with self.lock:
            self.queues[which].append(dict(options, id=message_id, body=body,
                                           ack_id=options.get("ack_id") or message_id))
        return message_id

    def said(self, given):
        """The choice in SenderProvided*Data."""
        form = given.get("form", "data")
        if form == "rejected":
            return '<RequestRejected><RejectionReasonCode>NO_DATA</RejectionReasonCode>' \
                   '<RejectionReasonDescription>нет сведений</RejectionReasonDescription></RequestRejected>'
        if form == "status":
            return '<RequestStatus><StatusCode>7</StatusCode><StatusDescription>в работе</StatusDescription>' \
                   '</RequestStatus>'
        if form == "async":
            return '<AsyncProcessingStatus><OriginalMessageId>%s</OriginalMessageId><StatusCategory>' \
                   'requestIsRejectedBySmev</StatusCategory><StatusDetails>отказ</StatusDetails>' \
                   '<SmevFault xmlns:f="%s/faults/@V@" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"' \
                   ' xsi:type="f:InvalidContent"><b:Code>028122</b:Code><b:Description>SMEV-403: не по схеме' \
                   '</b:Description><f:ValidationError errorPosition="1">плохо</f:ValidationError></SmevFault>' \
                   '</AsyncProcessingStatus>' % (given.get("original", ""), U)
        body = given["body"].decode()
        if body.startswith("<?xml"):
            body = body[body.index("?>") + 2:]
        return "<b:MessagePrimaryContent>%s</b:MessagePrimaryContent>" % body.strip()

    def stored(self, given):
        """Both lists of a file that is in the file store; a new account each time."""
        raw, lie, uid = given["file"].encode() * int(given.get("times", "1")), given.get("lie"), str(uuid.uuid1())
        shown = None if lie == "gone" else raw[:-1] + b"!" if lie == "content" else raw
        given["user"], password = self.store.offer(uid, "файл 1.txt", shown, given["store"])
        digest = base64.b64encode(streebog(raw + b"x" if lie == "hash" else raw)).decode()
        return ('<b:RefAttachmentHeaderList><b:RefAttachmentHeader><b:uuid>%s</b:uuid><b:Hash>%s</b:Hash><b:MimeType>'
                'text/plain</b:MimeType><b:SignaturePKCS7>%s</b:SignaturePKCS7></b:RefAttachmentHeader>'
                '</b:RefAttachmentHeaderList>' % (uid, digest, base64.b64encode(pkcs7(self.key, self.cert, raw)).decode()),
                '<b:FSAttachmentsList><b:FSAttachment><b:uuid>%s</b:uuid><b:UserName>%s</b:UserName><b:Password>%s'
                '</b:Password><b:FileName>%sфайл 1.txt</b:FileName></b:FSAttachment></b:FSAttachmentsList>'
                % (uid, given["user"], password, "/" if given["store"] == "folder" else ""))

    def delivery(self, operation, given, version):
        answer = "GetRequestResponse" if operation == "GetRequestRequest" else "GetResponseResponse"
        head = 'xmlns="%s/%s" xmlns:b="%s/basic/%s"' % (U, version, U, version)
        if given is None:
            return self.envelope("<%s %s/>" % (answer, head)), []
        request = answer == "GetRequestResponse"
        inner = "Request" if request else "Response"
        parts, header, contents, stored = [], "", "", "<b:FSAttachmentsList/>"
        if given.get("store"):
            header, stored = self.stored(given)
        elif given.get("file"):
            raw = given["file"].encode()
            sig = pkcs7(self.key, self.cert, raw)
            # JAX-WS makes a part of every base64Binary.
            cids = ["%s-%d@%s" % (uuid.uuid4(), i, urllib.parse.quote("%s/basic/%s" % (U, version), ""))
                    for i in (1, 2)]
            parts = [(urllib.parse.unquote(cids[0]), sig), (urllib.parse.unquote(cids[1]), raw)]
            include = '<xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:%s"/>'
            header = '<b:AttachmentHeaderList><b:AttachmentHeader><b:contentId>file1</b:contentId><b:MimeType>' \
                     'text/plain</b:MimeType><b:SignaturePKCS7>%s</b:SignaturePKCS7></b:AttachmentHeader>' \
                     '</b:AttachmentHeaderList>' % base64.b64encode(sig).decode()
            contents = '<b:AttachmentContentList><b:AttachmentContent><b:Id>file1</b:Id><b:Content>%s</b:Content>' \
                       '</b:AttachmentContent></b:AttachmentContentList>' % (include % cids[1])
        data = '<SenderProvided%sData Id="SIGNED_BY_%s"><MessageID>%s</MessageID>%s%s%s%s%s</SenderProvided%sData>' % (
            inner, "CONSUMER" if request else "PROVIDER", given["id"], "" if request else "<To>back</To>",
            self.said(given).replace("@V@", version), header,
            "<EOL>%s</EOL>" % given["eol"] if given.get("eol") else "",
            "<TestMessage/>" if given.get("test") else "", inner)
        if given.get("eol"): # the schema wants it before the content
            data = data.replace("<EOL>%s</EOL>" % given["eol"], "").replace(
                "</MessageID>", "</MessageID><EOL>%s</EOL>" % given["eol"], 1)
        original = "" if request or given.get("no_original") else \
            "<OriginalMessageId>%s</OriginalMessageId>" % given.get("original", "")
        tail = "<ReplyTo>%s</ReplyTo>" % xml_text(given.get("reply_to", "1|q|x")) if request else ""
        kind = "BROADCAST" if given.get("broadcast") else inner.upper()
        # In the default namespace here, under a prefix there.
        signed = '<%s %s Id="SIGNED_BY_SMEV">%s%s<MessageMetadata>%s</MessageMetadata>' \
                 '%s%s</%s>' % (
                     inner, head, original, data,
                     self.metadata(given["ack_id"], kind, "messageIsDelivered"), stored, tail, inner)
        sig = "" if given.get("unsigned") else \
            "<SMEVSignature>%s</SMEVSignature>" % signature(parse(signed), self.key, self.der)
        if given.get("spoil"):
            signed = signed.replace("</MessageID>", " </MessageID>", 1)
        if parts:
            signed = signed.replace(
                "<b:SignaturePKCS7>%s<" % base64.b64encode(parts[0][1]).decode(),
                "<b:SignaturePKCS7>%s<" % (include % cids[0]))
        return self.envelope("<%s %s><%sMessage>%s%s%s</%sMessage></%s>" % (
            answer, head, inner, signed, contents, sig, inner, answer)), parts


def xml_text(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def split_parts(kind, body):
    """The envelope and the other parts by Content-ID of a multipart body."""
    if not kind.startswith("multipart/"):
        return body, {}
    boundary = kind.split("boundary=")[1].split(";")[0].strip('"').encode()
    found, root = {}, None
    for part in body.split(b"--" + boundary)[1:-1]:
        head, _, data = part.partition(b"\r\n\r\n")
        names = {h.split(b":")[0].strip().lower(): h.split(b":", 1)[1].strip()
                 for h in head.split(b"\r\n") if b":" in h}
        if root is None:
            root = data[:-2]
        found[names.get(b"content-id", b"").decode().strip("<>")] = data[:-2]
    return root, found


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    smev = None

    def log_message(self, *_):
        pass

    def reply(self, status, body, kind="text/xml;charset=UTF-8"):
        body = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def reply_multipart(self, text, parts):
        mark = "uuid:%s" % uuid.uuid4()
        body = ('--%s\r\nContent-Type: application/xop+xml; charset=UTF-8; type="text/xml"\r\n'
                'Content-Transfer-Encoding: binary\r\nContent-ID: <root.message@cxf.apache.org>\r\n\r\n'
                % mark).encode() + text.encode()
        for cid, data in parts:
            body += ("\r\n--%s\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: "
                     "binary\r\nContent-ID: <%s>\r\n\r\n" % (mark, cid)).encode() + data
        body += ("\r\n--%s--" % mark).encode()
        self.reply(200, body, 'multipart/related; type="application/xop+xml"; boundary="%s"; '
                              'start="<root.message@cxf.apache.org>"; start-info="text/xml"' % mark)

    def do_GET(self):
        with self.smev.lock:
            self.reply(200, json.dumps({"calls": self.smev.seen,
                                        "unconfirmed": list(self.smev.unconfirmed)}), "application/json")

    def body(self):
        if self.headers.get("Transfer-Encoding", "") == "chunked":
            out = b""
            while True:
                size = int(self.rfile.readline(), 16)
                out += self.rfile.read(size)
                self.rfile.readline()
                if size == 0:
                    return out
        return self.rfile.read(int(self.headers.get("Content-Length", "0")))

    def do_POST(self):
        body = self.body()
        where = urllib.parse.urlsplit(self.path)
        options = dict(urllib.parse.parse_qsl(where.query))
        smev = self.smev
        if where.path == "/give":
            self.reply(200, smev.queue(options.pop("op"), body, options), "text/plain")
        elif where.path == "/dialect":
            smev.dialect = DIALECTS[options["name"]]
            self.reply(200, "", "text/plain")
        elif where.path == "/fault":
            smev.fault, smev.fault_times = options["name"], int(options.get("times", "1"))
            self.reply(200, "", "text/plain")
        elif where.path == "/again":
            smev.come_again()
            self.reply(200, "", "text/plain")
        else:
            self.serve(body)

    def serve(self, body):
        text, parts = split_parts(self.headers.get("Content-Type", ""), body)
        operation = elements(child(parse(text), "Body"))[0]
        version = operation.namespaceURI.rsplit("/", 1)[1]
        smev, name, out = self.smev, operation.localName, []
        if name in ("SendRequestRequest", "SendResponseRequest"):
            status, answer = smev.send(operation, version, parts)
        elif name in ("GetRequestRequest", "GetResponseRequest"):
            status, answer, out = smev.get(operation, version)
        elif name == "AckRequest":
            status, answer = smev.ack(operation, version)
        else:
            smev.note(op=name, version=version, wrong=smev.check_caller(operation, child(operation, "Timestamp")))
            status, answer = 200, smev.envelope("<%s xmlns='%s/%s'/>" % (
                name[:-7] + "Response", U, version))
        if status == 200 and (out or name.startswith("Get") and smev.dialect["multipart"]):
            self.reply_multipart(answer, out)
        else:
            self.reply(status, answer)


def main():
    port, key, cert, caller, *store = sys.argv[1:]
    Handler.smev = Smev(key, cert, caller, FileStore(int(store[0]), store[1]) if store else None)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(port)), Handler)
    server.daemon_threads = True
    print("ready", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
