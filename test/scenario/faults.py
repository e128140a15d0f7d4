"""Every fault element, every word of SignatureVerificationFault and every number
that SMEV was seen to say, to each operation: code and fate."""
import os
import re

from told_smev import (WORK, Smev, U, birth, check, ctl, ctl_json, fault, learner, post, settled,
                       truth, until)

smev = Smev(int(os.environ["SCENARIO_SMEV_PORT"]))
number = 0

# Element, what is in its detail, the code and what becomes of a message.
# Source: PROTOCOL 9.
DELIVERED, AGAIN, HELD, RENEWED = "delivered", "again", "held", "renewed"
ELEMENTS = {
    "BusinessDataTypeIsNotSupported": ("SMEV_TYPE_UNSUPPORTED", HELD),
    "InvalidContent": ("SMEV_INVALID_CONTENT", HELD),
    "UnknownMessageType": ("SMEV_UNKNOWN_TYPE", HELD),
    "TransactionCodeInvalid": ("SMEV_TRANSACTION_CODE", HELD),
    "MessageIsAlreadySent": ("SMEV_ALREADY_SENT", DELIVERED),
    "InvalidMessageIdFormat": ("SMEV_MESSAGE_ID_FORMAT", HELD),
    "StaleMessageId": ("SMEV_STALE_MESSAGE_ID", RENEWED),
    "AttachmentContentMiscoordination": ("SMEV_ATTACH_MISMATCH", HELD),
    "AttachmentSizeLimitExceeded": ("SMEV_ATTACH_SIZE", HELD),
    "QuoteLimitExceeded": ("SMEV_QUOTE_LIMIT", AGAIN),
    "AccessDenied": ("SMEV_ACCESS_DENIED", HELD),
    "PersonalAccessDenied": ("SMEV_PERSONAL_DENIED", HELD),
    "SMEVFailure": ("SMEV_FAILURE", AGAIN),
    "IncorrectResponseContentType": ("SMEV_RESPONSE_TYPE", HELD),
    "RecipientIsNotFound": ("SMEV_RECIPIENT_UNKNOWN", HELD),
    "SenderIsNotRegistered": ("SMEV_SENDER_UNKNOWN", HELD),
    "RequestIsNotFound": ("SMEV_REQUEST_UNKNOWN", HELD),
    "TargetMessageIsNotFound": ("SMEV_TARGET_NOT_FOUND", DELIVERED),
    "DestinationOverflow": ("SMEV_DEST_OVERFLOW", AGAIN),
    "EndOfLifeReached": ("SMEV_END_OF_LIFE", HELD),
    "SignatureVerificationFault": ("SMEV_SIGNATURE_FAULT", HELD),
    "NobodyKnowsThis": ("SMEV_FAULT_UNKNOWN", HELD),
}
WORDS = {
    "PoorSOAPEnvelopeFormat": "SMEV_SIG_ENVELOPE",
    "NoSignatureFound": "SMEV_SIG_MISSING",
    "IncorrectSignatureTarget": "SMEV_SIG_TARGET",
    "SignatureIsInvalid": "SMEV_SIG_INVALID",
    "CertificateIsNotFound": "SMEV_SIG_CERT_UNKNOWN",
    "CertificateIsExpired": "SMEV_SIG_CERT_EXPIRED",
}
NUMBERS = {"100": ("SMEV_100", HELD), "300": ("SMEV_300", HELD), "301": ("SMEV_301", DELIVERED),
           "403": ("SMEV_403", HELD), "501": ("SMEV_501", DELIVERED), "600": ("SMEV_600", AGAIN)}


def inner(word, version="1.2"):
    return (f'<f:SignatureVerificationFault xmlns:f="{U}/faults/{version}">{word}'
            "</f:SignatureVerificationFault>")


def cases():
    """(name, body, code, fate), in both dialects and forms of detail in turn."""
    forms = [("1.1", "", "soap"), ("1.3", "1:TR:SYNC:1", "SOAP-ENV")]
    for i, (element, (code, fate)) in enumerate(ELEMENTS.items()):
        version, said, prefix = forms[i % 2]
        yield element, fault(element, version, said, prefix=prefix), code, fate
    for i, (word, code) in enumerate(WORDS.items()):
        version, said, prefix = forms[i % 2]
        yield word, fault("SignatureVerificationFault", version, said, prefix=prefix,
                          inner=inner(word, version)), code, HELD
    for digits, (code, fate) in NUMBERS.items():
        yield f"SMEV-{digits}", (
            '<S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body><S:Fault>'
            "<faultcode>S:Server</faultcode><faultstring>"
            f"SMEV-{digits}:нечто</faultstring></S:Fault></S:Body></S:Envelope>"), code, fate


def said(pattern):
    with open(WORK + "/kontingentd.log", encoding="utf-8", errors="replace") as log:
        return re.search(pattern, log.read()) is not None


def shown(message_id):
    found = ctl_json("packet", "show", message_id)
    return found[0] if found else {}


def cause(operation):
    """Have the daemon send a message by operation."""
    global number
    number += 1
    if operation == "SendRequest":
        post(learner(number, "Отказов" + "абвгдежзик"[number // 10] + "абвгдежзик"[number % 10]))
    else:
        smev.put_request(birth(number), "1.2", reply_to=f"fault-{number}")


def first_try(operation, before):
    """The MessageID of the next message, whose first try got the fault."""
    return smev.wait(lambda: next(
        (t for t in smev.tried if t[0] == operation and t[1] not in before), None))


def judge(operation, name, body, code, fate):
    before = {t[1] for t in smev.tried}
    smev.can(operation, 500, body)
    cause(operation)
    tried = first_try(operation, before)
    if tried is None:
        truth(f"{operation} {name}: something was sent", False)
        return
    message_id = tried[1]
    if fate == HELD:
        state = until(lambda: (s := shown(message_id)).get("state") == "held" and s) or shown(message_id)
        check(f"{operation}, {name}: held with its code", ("held", code),
              (state.get("state"), state.get("code")))
        ctl("packet", "cancel", message_id)
        return
    wanted = {DELIVERED: "delivered", AGAIN: "retry", RENEWED: "renewed"}[fate]
    truth(f"{operation}, {name}: {wanted} with its code",
          until(lambda: said(f"message={message_id} .*result={wanted} code={code}\n")), code)
    if fate == DELIVERED:
        check(f"{operation}, {name}: sent once", 1, len([t for t in smev.tried if t[1] == message_id]))
        return
    again = smev.wait(lambda: next((s for s in smev.sent if s["op"] == operation
                                    and (s["id"] not in before)), None))
    check(f"{operation}, {name}: sent again, as {'another' if fate == RENEWED else 'the same'} message",
          fate == AGAIN, bool(again) and again["id"] == message_id)
    if fate == AGAIN:
        check(f"{operation}, {name}: byte for byte", 1,
              len({t[2] for t in smev.tried if t[1] == message_id}))


def polls():
    for operation in ("GetRequest", "GetResponse", "GetStatus"):
        for name in ("InvalidContent", "SignatureVerificationFault", "SenderIsNotRegistered",
                     "UnknownMessageType", "SMEVFailure"):
            code = ELEMENTS[name][0]
            smev.can(operation, 500, fault(name, code="1"))
            truth(f"{operation}, {name}: told, and asked again",
                  until(lambda: said(f"stage=poll of={operation} .*code={code} ")), code)
            asked = smev.calls.count(operation)
            truth(f"{operation} goes on after {name}",
                  smev.wait(lambda: smev.calls.count(operation) > asked))


def acks():
    global number
    for name in ("InvalidContent", "SignatureVerificationFault", "SenderIsNotRegistered", "SMEVFailure",
                 "TargetMessageIsNotFound"):
        code, fate = ELEMENTS[name]
        number += 1
        smev.can("Ack", 500, fault(name, code="1"))
        message_id, _ = smev.put_request(birth(number), "1.1", kind="BROADCAST")
        if fate == DELIVERED:
            truth(f"Ack, {name}: the message is settled",
                  until(lambda: shown(message_id).get("state") == "applied"))
            check(f"Ack, {name}: nothing of it is owed", [],
                  until(lambda: [] if not [line for line in ctl_json("queue") if line["name"] == "ack"]
                        else None))
            continue
        truth(f"Ack, {name}: told", until(lambda: said(
            f"packet={message_id} stage=ack result=failed code={code}\n")), code)
        check(f"Ack, {name}: and confirmed again until it is taken", "applied",
              settled(smev, message_id).get("state"))


for operation in ("SendRequest", "SendResponse"):
    for case in cases():
        judge(operation, *case)
polls()
acks()
limit = fault("AccessDenied", code="1", text="SMEV-100: Технологический доступ к СМЭВ временно отозван "
              "в связи с нарушением установленного лимита обращений в систему")
judge("SendRequest", "the rate limit", limit, "SMEV_RATE_LIMIT", AGAIN)
check("nothing waits", (0, 0), (ctl_json("balance")[0]["out_held"],
                               until(lambda: ctl_json("balance")[0]["out_waiting"] == 0) and 0))
