#!/usr/bin/env python3
"""Another participant of SMEV 3, for tests of smevemu: it shares no code with it.

usage: other_participant.py URL KEYS-FOLDER VERSION

Sends a request as `caller`, takes it as `source`, answers, takes the answer,
confirms both; then tries what SMEV has to refuse.  Speaks TAP.
"""
import base64
import http.client
import sys
import urllib.parse
import uuid

import other_smev as w

URL, KEYS, V = sys.argv[1:4]
NS = "urn://test/other/1.0"
count = 0


def ok(good, name, why=""):
    global count
    count += 1
    print("%sok %d - %s: %s%s" % ("" if good else "not ", count, V, name,
                                  "" if good else ": %s" % str(why)[:300]))


class System:
    def __init__(self, name):
        self.key, self.der = "%s/%s.key" % (KEYS, name), w.der_of("%s/%s.pem" % (KEYS, name))

    def call(self, operation, target, rest="", sign_as=None, action='""'):
        """Sign target, wrap it, post it; status, root of the answer's Body, parts."""
        who = sign_as or self
        sig = w.signature(w.parse(target), who.key, who.der) if who else ""
        body = ('<S:Envelope xmlns:S="%s"><S:Body>\n <m:%s xmlns:m="%s/%s">%s%s<m:CallerInformationSystemSignature>'
                '%s</m:CallerInformationSystemSignature></m:%s></S:Body></S:Envelope>'
                % (w.SOAP, operation, w.U, V, target, rest, sig, operation))
        return post(body, action)

    def send(self, content, message_id=None, extra="", rest="", **options):
        target = ('<q:SenderProvidedRequestData xmlns:q="%s/%s" xmlns:b="%s/basic/%s" Id="MINE"><q:MessageID>%s</q:MessageID>'
                  '<b:MessagePrimaryContent>%s</b:MessagePrimaryContent>%s</q:SenderProvidedRequestData>'
                  % (w.U, V, w.U, V, message_id or uuid.uuid1(), content, extra))
        if V == "1.2": # its schema wants them
            i = target.index("</q:MessageID>") + len("</q:MessageID>")
            own = target[target.index("<q:MessageID>") + 13:i - 14]
            target = target[:i] + "<q:ReferenceMessageID>%s</q:ReferenceMessageID><q:TransactionCode>ignore</q:TransactionCode>" \
                % own + target[i:]
        return self.call("SendRequestRequest", target, rest, **options)

    def respond(self, to, said, message_id=None):
        return self.call("SendResponseRequest", '<SenderProvidedResponseData xmlns="%s/%s" xmlns:b="%s/basic/%s" Id="R1">'
                         '<MessageID>%s</MessageID><To>%s</To>%s</SenderProvidedResponseData>'
                         % (w.U, V, w.U, V, message_id or uuid.uuid1(), w.xml_text(to), said))

    def get(self, which, name=None):
        chosen = "" if name is None else \
            "<b:NamespaceURI>%s</b:NamespaceURI><b:RootElementLocalName>%s</b:RootElementLocalName>" % (NS, name)
        return self.call("Get%sRequest" % which, '<b:MessageTypeSelector xmlns:b="%s/basic/%s" Id="S">%s<b:Timestamp>'
                         '2014-02-11T17:10:03.616+04:00</b:Timestamp></b:MessageTypeSelector>' % (w.U, V, chosen))

    def ack(self, message_id):
        return self.call("AckRequest", '<b:AckTargetMessage xmlns:b="%s/basic/%s" Id="A" accepted="true">%s'
                         '</b:AckTargetMessage>' % (w.U, V, message_id))


def post(body, action='""'):
    at = urllib.parse.urlsplit(URL)
    link = http.client.HTTPConnection(at.hostname, at.port, timeout=20)
    link.request("POST", at.path, body.encode(), {"Content-Type": "text/xml; charset=utf-8", "SOAPAction": action})
    answer = link.getresponse()
    text, parts = w.split_parts(answer.getheader("Content-Type"), answer.read())
    link.close()
    root = w.parse(text)
    # Each xop:Include is one line of base64 before anybody digests.
    for include in w.find(root, "Include"):
        data = parts[urllib.parse.unquote(include.getAttribute("href")[4:])]
        include.parentNode.replaceChild(
            root.ownerDocument.createTextNode(base64.b64encode(data).decode()), include)
    found = w.elements(w.child(root, "Body"))
    return answer.status, found[0] if found else None


def fault_of(answer):
    detail = w.child(answer[1], "detail")
    return w.elements(detail)[0].localName if answer[0] == 500 and detail is not None else "status %d" % answer[0]


def signed_well(operation, inner, smev):
    """The element called inner, when SMEV's signature over it is right; else why not."""
    target = (w.find(operation, inner) or [None])[0]
    wrappers = [x for x in w.find(operation, "SMEVSignature")]
    if target is None or not wrappers:
        return None, "no %s or no signature" % inner
    wrong = w.judge(w.child(wrappers[-1], "Signature"), target, smev)
    return (None, wrong) if wrong else (target, "")


def main():
    caller, source, stranger = System("caller"), System("source"), System("stranger")
    smev = w.der_of(KEYS + "/smev.pem")
    content = '<Ask xmlns="%s" xmlns:x="urn:x" x:b="2" a="&lt;&quot;"><one> два &gt; &amp; ]]&gt; </one><two/></Ask>' % NS
    message_id = str(uuid.uuid1())

    sent = caller.send(content, message_id)
    meta, why = signed_well(sent[1], "MessageMetadata", smev)
    ok(sent[0] == 200 and meta is not None, "a request is queued, and SMEV signs that", why or sent[1].toxml())
    ok(meta is not None and w.text_of(w.child(meta, "MessageId")) == message_id, "under its own name")
    ok(fault_of(caller.send(content, message_id)) == "MessageIsAlreadySent", "once")

    ok(fault_of(source.get("Request", "Nobody")) == "UnknownMessageType", "an unknown selector is a fault")
    taken = source.get("Request", "Answer") # by the name of the response
    request, why = signed_well(taken[1], "Request", smev)
    ok(request is not None, "the provider gets it, by the response's name too, signed by SMEV", why)
    inner = w.find(taken[1], "Ask")
    ok(bool(inner) and w.transform(inner[0]) == w.transform(w.parse(content)), "with the content as it was")
    own = w.child(w.child(request, "SenderInformationSystemSignature"), "Signature")
    ok(own is not None and w.judge(own, w.child(request, "SenderProvidedRequestData"), caller.der) == "",
       "and the sender's signature, still good")
    reply_to = w.text_of(w.child(request, "ReplyTo"))
    ok(fault_of(caller.ack(message_id)) == "TargetMessageIsNotFound", "nobody else may confirm it")
    ok(source.ack(message_id)[0] == 200, "the provider confirms it")
    ok(fault_of(source.ack(message_id)) == "TargetMessageIsNotFound", "once")
    again = source.get("Request")
    ok(again[0] == 200 and not w.elements(again[1]), "then its queue is empty", again[1].toxml())

    status = "<RequestStatus><StatusCode>3</StatusCode><StatusDescription>wait</StatusDescription></RequestStatus>"
    data = '<b:MessagePrimaryContent><Answer xmlns="%s"/></b:MessagePrimaryContent>' % NS
    ok(source.respond(reply_to, status)[0] == 200, "a status is no last word")
    answer = source.respond(reply_to, data)
    ok(answer[0] == 200, "the answer is taken", answer[1].toxml())
    for kind in ("RequestStatus", "MessagePrimaryContent"):
        came = caller.get("Response")
        response, why = signed_well(came[1], "Response", smev)
        ok(response is not None and bool(w.find(response, kind))
           and w.text_of(w.child(response, "OriginalMessageId")) == message_id, "the asker gets %s" % kind, why)
        if response is not None:
            meta = w.child(response, "MessageMetadata")
            caller.ack(w.text_of(w.child(meta, "MessageId")))

    ok(fault_of(source.respond("nowhere", data)) == "RecipientIsNotFound", "an answer to nothing is refused")
    ok(fault_of(caller.send('<Else xmlns="%s"/>' % NS)) in ("BusinessDataTypeIsNotSupported", "InvalidContent"),
       "a type that nobody registered is refused")
    ok(fault_of(caller.send(content, str(uuid.uuid4()))) == "InvalidMessageIdFormat", "a name not of version 1 is refused")
    ok(fault_of(stranger.send(content)) in ("SenderIsNotRegistered", "SignatureVerificationFault"), "a stranger is refused",
       fault_of(stranger.send(content)))
    tampered = caller.call("AckRequest", '<b:AckTargetMessage xmlns:b="%s/basic/%s" Id="A" accepted="true">x</b:AckTargetMessage>'
                           % (w.U, V), sign_as=source)
    ok(tampered[0] == 500, "who signs is who calls", tampered[0])
    files = ('<b:AttachmentHeaderList><b:AttachmentHeader><b:contentId>f1</b:contentId><b:MimeType>text/plain</b:MimeType>'
             '<b:SignaturePKCS7>%s</b:SignaturePKCS7></b:AttachmentHeader></b:AttachmentHeaderList>'
             % base64.b64encode(w.pkcs7(caller.key, KEYS + "/caller.pem", b"file")).decode())
    rest = ('<b:AttachmentContentList xmlns:b="%s/basic/%s"><b:AttachmentContent><b:Id>f1</b:Id><b:Content>%s</b:Content>'
            '</b:AttachmentContent></b:AttachmentContentList>' % (w.U, V, base64.b64encode(b"file").decode()))
    sent = caller.send(content, extra=files, rest=rest)
    ok(sent[0] == 200, "a request with a file is queued", fault_of(sent))
    taken = source.get("Request")
    request, why = signed_well(taken[1], "Request", smev)
    got = w.find(taken[1], "Content")
    ok(request is not None and bool(got) and base64.b64decode(w.text_of(got[0])) == b"file", "and comes with it", why)
    ok(fault_of(caller.send(content, extra=files)) == "AttachmentContentMiscoordination", "a header without content is refused",
       fault_of(caller.send(content, extra=files)))
    print("1..%d" % count)


main()
