"""Data types as settings: versions, and what they add to what we send."""
import os
import re
import subprocess
import sys

from told_smev import (BUILD, RS, ROGDZP, Smev, U, birth, check, guid_of, learner, local, post,
                       push_answer, settled, text_of, truth)

smev = Smev(int(os.environ["SCENARIO_SMEV_PORT"]))
mode = sys.argv[1]
GUID = "cccccccc-0000-4000-8000-00000000000"
number = 0


def push(surname):
    global number
    number += 1
    at = len(smev.sent_by("SendRequest"))
    check(f"{surname} is applied", 200, post(learner(number, surname)))
    return smev.wait_sent(at)


def raw_of(message_id):
    return next(t[2] for t in smev.tried if t[1] == message_id)


def namespace_of(call, name):
    return next((e.tag[1:].partition("}")[0] for e in call.iter() if local(e) == name), None)


def ask(namespace, at):
    """A birth in that namespace; the namespace it is answered in, or the rejection."""
    global number
    number += 1
    asked, _ = smev.put_request(birth(number).replace(ROGDZP, namespace), "1.1")
    settled(smev, asked)
    call = smev.wait_sent(at, "SendResponse")["call"]
    return namespace_of(call, "ROGDZPResponse") or text_of(call, "RejectionReasonCode")


def new():
    base = ROGDZP.rpartition("/")[0]
    for i, version in enumerate(("4.0.1", "4.0.2", "4.0.0")):
        check(f"a request of {version} is answered in {version}", f"{base}/{version}",
              ask(f"{base}/{version}", i))
    check("one of a version that is not configured is rejected", "UNKNOWN_REQUEST_DESCRIPTION",
          ask(f"{base}/4.0.3", 3))
    sent = push("Версиева")
    newer = RS.replace("1.0.0", "1.1.0")
    check("what we send is in the first version", newer, namespace_of(sent["call"], "PushChangesRequest"))
    check("with the code of the service", "5000000010000000001", text_of(sent["call"], "frgu"))
    check("and of the transaction", "ignore", text_of(sent["call"], "TransactionCode"))
    truth("and an end of life", re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+03:00", text_of(sent["call"], "EOL")))
    check("and whom it is for", ["46000000", "7"],
          [e.text for e in sent["call"].iter() if local(e) in ("DynamicValue", "IdentifierValue")])
    check("which it says of this message", sent["id"],
          next(text_of(e, "MessageID") for e in sent["call"].iter() if local(e) == "RoutingInformation"))
    verified = subprocess.run([BUILD + "/smevsign", "verify", "-"], input=raw_of(sent["id"]),
                              capture_output=True, timeout=30, check=False).stdout.decode()
    check("signed, as the message is", ["CallerInformationSystemSignature", "RoutingSignature"],
          sorted(re.findall(r"by=(\w+) id=\S+ target=\S+ digest=ok value=ok", verified)))
    settled(smev, smev.put_response(sent["id"], push_answer(sent, GUID + "1").replace(RS, newer), "1.3"))
    check("an answer in that version is credited", GUID + "1", guid_of("Версиева"))
    sent = push("Старинова")
    settled(smev, smev.put_response(sent["id"], push_answer(sent, GUID + "2"), "1.3"))
    check("one in the older version too", GUID + "2", guid_of("Старинова"))


def old():
    sent = push("Древнева")
    check("the envelope is of 1.1", U + "/1.1", sent["call"].tag[1:].partition("}")[0])
    check("and has nothing that came after 2014", [None] * 4,
          [text_of(sent["call"], name) for name in ("TransactionCode", "ReferenceMessageID", "NodeID", "EOL")])
    settled(smev, smev.put_response(sent["id"], push_answer(sent, GUID + "3"), "1.3"))
    check("an answer in any version is credited", GUID + "3", guid_of("Древнева"))
    told, _ = smev.put_request(birth(77), "1.1")
    check("who subscribes is told", "applied", settled(smev, told).get("state"))
    # The federal segment hears of the birth after it was settled.
    smev.wait_sent(1)
    check("and never answers", 0, len(smev.sent_by("SendResponse")))


def trial():
    sent = push("Пробнова")
    truth("what we send is marked as a test", any(local(e) == "TestMessage" for e in sent["call"].iter()))
    answer = smev.put_response(sent["id"], push_answer(sent, GUID + "4"), "1.2")
    packet = settled(smev, answer)
    check("its answer is looked at", ("applied", "SMEV_TEST"), (packet.get("state"), packet.get("code")))
    check("and changes nothing", "", guid_of("Пробнова") or "")


{"new": new, "old": old, "trial": trial}[mode]()
