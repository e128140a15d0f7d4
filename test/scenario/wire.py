"""What may come instead of an answer, and in which clothes answers may come."""
import glob
import gzip
import os
import re

from told_smev import (WORK, Smev, birth, check, ctl, ctl_json, fault, guid_of, learner, post,
                       metadata, push_answer, settled, sign, soap, truth, until, U)

smev = Smev(int(os.environ["SCENARIO_SMEV_PORT"]))
SHARED = os.environ.get("KONTINGENT_SHARED") or os.environ["SCENARIO_SOURCE"] + "/../shared"
number = 0


def log():
    with open(WORK + "/kontingentd.log", encoding="utf-8", errors="replace") as file:
        return file.read()


def push(name, status, headers, body, code, held=False):
    """The first try of a push gets this; it is tried again, or held."""
    global number
    number += 1
    before = {t[1] for t in smev.tried}
    smev.can("SendRequest", status, body, headers)
    post(learner(number, "Проводов" + "абвгдежзиклмнопрст"[number]))
    tried = smev.wait(lambda: next((t for t in smev.tried if t[1] not in before), None))
    if tried is None:
        truth(f"{name}: something was sent", False)
        return
    if held:
        state = until(lambda: (s := ctl_json("packet", "show", tried[1])[0]).get("state") == "held" and s) or {}
        check(f"{name}: it is the fault that it says", code, state.get("code"))
        ctl("packet", "cancel", tried[1])
        return
    truth(f"{name}: {code}, and the same again until it is taken",
          until(lambda: f"message={tried[1]} " in log() and re.search(
              f"message={tried[1]} .*result=retry code={code}\n", log()) is not None)
          and smev.wait(lambda: next((s for s in smev.sent if s["id"] == tried[1]), None)),
          [line for line in log().splitlines() if tried[1] in line])


def instead():
    page = "<!DOCTYPE html><html><body><h1>404</h1></body></html>"
    html = {"Content-Type": "text/html; charset=utf-8"}
    full = fault("DestinationOverflow", "1.1", "1")
    denied = fault("AccessDenied", "1.2", "1")
    push("a page of a proxy, 404", 404, html, page, "SMEV_HTTP")
    push("a page of a proxy, 200", 200, html, page, "SMEV_FORM")
    push("a redirect", 302, {"Location": "http://127.0.0.1:9/", **html}, "", "SMEV_HTTP")
    push("a gateway time-out in XHTML", 504, {"Content-Type": "application/xhtml+xml"},
         "<html xmlns='http://www.w3.org/1999/xhtml'/>", "SMEV_HTTP")
    push("nothing at all, 200", 200, {"Content-Type": "text/xml"}, "", "SMEV_FORM")
    push("half of an envelope", 200, {"Content-Type": "text/xml"}, soap("<a/>")[:60], "SMEV_FORM")
    push("an envelope of SOAP 1.2", 200, {"Content-Type": "application/soap+xml"},
         soap("<a/>").replace("http://schemas.xmlsoap.org/soap/envelope/",
                              "http://www.w3.org/2003/05/soap-envelope"), "SMEV_FORM")
    push("the answer to another operation", 200, {"Content-Type": "text/xml"},
         soap(f'<AckResponse xmlns="{U}/1.1"/>'), "SMEV_FORM")
    push("a fault with 200", 200, {"Content-Type": "text/xml"}, full, "SMEV_DEST_OVERFLOW")
    push("a fault with 400", 400, {"Content-Type": 'text/xml;charset="utf-8"'}, full, "SMEV_DEST_OVERFLOW")
    push("a fault with 403", 403, {"Content-Type": "application/soap+xml; charset=UTF-8"}, denied,
         "SMEV_ACCESS_DENIED", held=True)
    push("a fault in pieces", 500, {"Content-Type": "text/xml", "chunked": "1"}, denied,
         "SMEV_ACCESS_DENIED", held=True)
    push("a fault packed by gzip", 500, {"Content-Type": "text/xml", "Content-Encoding": "gzip"},
         gzip.compress(denied.encode()), "SMEV_ACCESS_DENIED", held=True)
    good = sign(soap(f'<SendRequestResponse xmlns="{U}/1.1">'
                     + metadata("REQUEST", "5b1c0a00-0000-11ef-8000-00000000000a", "RS50", "SIGNED_BY_SMEV")
                     + "<SMEVSignature/></SendRequestResponse>"), "SIGNED_BY_SMEV")
    push("an answer that its status denies", 404, {"Content-Type": "text/xml"}, good, "SMEV_HTTP")
    push("an answer of SMEV that another signed", 200, {"Content-Type": "text/xml"},
         good.replace("requestIs", "request"). replace("REQUEST", "RESPONSE"), "DSIG_DIGEST")


def clothes():
    """Messages in forms that smevemu does not use, in each version."""
    global number
    for version in ("1.1", "1.2", "1.3"):
        for when in ("2026-05-20T07:52:37", "2026-05-20T07:52:37.1234567", "2026-05-20T04:52:37Z",
                     "2026-05-20T07:52:37.000+03:00", "whenever"):
            number += 1
            taken, _ = smev.put_request(birth(number), version, when=when)
            check(f"{version}: sent at {when} it is applied", "applied", settled(smev, taken).get("state"))
    number += 1
    at = len(smev.sent_by("SendRequest"))
    post(learner(number, "Последний"))
    sent = smev.wait(lambda: next((s for s in smev.sent_by("SendRequest")[at:]
                                   if "Последний" in "".join(s["call"].itertext())), None))
    settled(smev, smev.put_response(sent["id"], push_answer(sent, "bbbbbbbb-0000-4000-8000-000000000001"),
                                    "1.3"))
    check("an answer in another version than the request's is credited",
          "bbbbbbbb-0000-4000-8000-000000000001", guid_of("Последний"))


def codes(operation):
    return re.findall(rf"stage=poll of={operation} .*result=failed code=(\S+)", log())


def published(pattern, operation, wanted, content_type="text/xml;charset=UTF-8"):
    """What was published of SMEV, as the answer to a poll."""
    for path in sorted(glob.glob(f"{SHARED}/{pattern}")):
        with open(path, "rb") as file:
            body = file.read()
        if path.endswith(".mime"):
            boundary = body.split(b"\n", 1)[0].strip()[2:].decode()
            content_type = ('multipart/related; type="application/xop+xml"; boundary="' + boundary
                            + '"; start="<root.message@cxf.apache.org>"; start-info="text/xml"')
        seen, asked = len(codes(operation)), smev.calls.count(operation)
        smev.can(operation, 200, body, {"Content-Type": content_type})
        # The next call after the one that got it: it has been read then.
        smev.wait(lambda: not smev.canned and smev.calls.count(operation) > asked + 1)
        got = codes(operation)[seen:]
        truth(f"{os.path.basename(path)}: {wanted or 'an empty queue'}",
              bool(re.fullmatch(wanted, got[0])) if wanted and got else not wanted and not got, got)


def all_published():
    # Nobody whom we believe signed them: they are read to the end, and left.
    published("smev/vectors/signed/1[145]-mr-GetRequestResponse*.xml", "GetRequest",
              "DSIG_(TRUST|EXPIRED|DIGEST|VALUE|DUP_ID|ALGORITHM)|SMEV_MIME")
    published("domain/realdata/zags-*/GetRequestResponse*.xml", "GetRequest", "DSIG_.*")
    published("smev/vectors/mtom/01*.mime", "GetResponse", "")
    for path in sorted(glob.glob(f"{SHARED}/smev/vectors/faults/0[12346]*.xml")):
        with open(path, encoding="utf-8") as file:
            body = file.read()
        wanted = {"01": "SMEV_SIG_MISSING", "02": "SMEV_SIG_CERT_EXPIRED", "03": "SMEV_SIG_CERT_EXPIRED",
                  "04": "SMEV_TARGET_NOT_FOUND", "06": "SMEV_DEST_OVERFLOW"}[os.path.basename(path)[:2]]
        seen = len(codes("GetResponse"))
        smev.can("GetResponse", 500, body)
        truth(f"{os.path.basename(path)}: {wanted}",
              until(lambda: codes("GetResponse")[seen:] == [wanted]), codes("GetResponse")[seen:])
    for name, status in (("05-AckResponse-empty-Body-1.2.xml", 200),
                         ("07-TargetMessageIsNotFound-2023-1.1.http", 500)):
        path = f"{SHARED}/smev/vectors/faults/{name}"
        if not os.path.exists(path):
            continue
        with open(path, encoding="utf-8", newline="") as file:
            body = re.sub(r"\A.*?\r?\n\r?\n(?=<)", "", file.read(), flags=re.S) if "http" in name else file.read()
        global number
        number += 1
        smev.can("Ack", status, body)
        taken, _ = smev.put_request(birth(number), "1.1", kind="BROADCAST")
        truth(f"{name}: it is confirmed", until(lambda: not smev.canned and not [
            line for line in ctl_json("queue") if line["name"] == "ack"]))
        check(f"{name}: once", 0, len([a for a in smev.acked if a[0] == taken]))


instead()
clothes()
all_published()
