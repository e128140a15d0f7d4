"""Every kind of answer, request and state that SMEV may give, and its fate."""
import datetime
import os

from told_smev import (Smev, acts, address, async_status, birth, check, content, ctl, ctl_json,
                       events, guid_of, learner, local, post, push_answer, queue_codes, rejected,
                       request_status, settled, text_of, truth, until, RS, U)

ROUTING = U + "/routing/1.3"

smev = Smev(int(os.environ["SCENARIO_SMEV_PORT"]))
GUID = "aaaaaaaa-0000-4000-8000-00000000000"
number = 0


def push(surname):
    """Has a learner of that name sent to the federal segment."""
    global number
    number += 1
    at = len(smev.sent_by("SendRequest"))
    check(f"{surname} is applied", 200, post(learner(number, surname)))
    return smev.wait_sent(at)


def responses():
    sent = push("Тестоваа")
    for code in (5, 6):
        noted = smev.put_response(sent["id"], request_status(code), "1.3")
        check("a status is taken", ("applied", "SMEV_STATUS"),
              (lambda p: (p.get("state"), p.get("code")))(settled(smev, noted)))
    check("each status is in the trace of the message", ["RequestStatus 5", "RequestStatus 6"],
          [d.split(",")[0] for e, d in events(sent["id"]) if e == "status"])
    truth("and the queue says that it is under way", "SMEV_STATUS" in queue_codes("federal"))
    accepted = smev.put_response(sent["id"], async_status(sent["id"], "requestIsAcceptedBySmev"))
    settled(smev, accepted)
    check("SMEV's word that is no failure holds nothing", "0", str(balance("out_held")))
    first = smev.put_response(sent["id"], push_answer(sent, GUID + "1"), "1.1")
    settled(smev, first)
    check("the answer after them is credited", GUID + "1", guid_of("Тестоваа"))
    truth("nothing is awaited", "SMEV_STATUS" not in queue_codes("federal"))
    again = smev.put_response(sent["id"], push_answer(sent, GUID + "2"))
    check("a second answer is kept and credited to nobody", ("refused", "SMEV_ANSWER_REPEATED"),
          (lambda p: (p.get("state"), p.get("code")))(settled(smev, again)))
    check("so the first one holds", GUID + "1", guid_of("Тестоваа"))
    late = smev.put_response(sent["id"], request_status(9))
    check("a status after it changes nothing", "applied", settled(smev, late).get("state"))


def balance(field):
    return ctl_json("balance")[0][field]


def rejection_and_release():
    sent = push("Тестовбб")
    said = smev.put_response(sent["id"], rejected(("NO_DATA", "нет"), ("FAILURE", "сбой")), "1.3")
    check("a rejection is noted", "SMEV_REJECTED", settled(smev, said).get("code"))
    check("what was rejected is held for a person", 1, balance("out_held"))
    shown = ctl_json("packet", "show", sent["id"])[0]
    check("with all reasons", ("held", "SMEV_REJECTED", "NO_DATA: нет; FAILURE: сбой"),
          (shown.get("state"), shown.get("code"), shown.get("why")))
    at = len(smev.sent_by("SendRequest"))
    ctl("packet", "release", sent["id"])
    renewed = smev.wait_sent(at)
    truth("released it goes as another message", renewed["id"] != sent["id"], renewed["id"])
    old = smev.put_response(sent["id"], push_answer(sent, GUID + "3"))
    check("an answer to the message before is credited to nobody", ("refused", "SMEV_ANSWER_LATE"),
          (lambda p: (p.get("state"), p.get("code")))(settled(smev, old)))
    check("not to the new one either", "", guid_of("Тестовбб") or "")
    settled(smev, smev.put_response(renewed["id"], push_answer(renewed, GUID + "4")))
    check("the answer to the new one is", GUID + "4", guid_of("Тестовбб"))


def cancelled():
    sent = push("Тестоввв")
    settled(smev, smev.put_response(sent["id"], rejected(("NO_DATA", "нет"))))
    ctl("packet", "cancel", sent["id"])
    check("cancelled it is held no more", 0, balance("out_held"))
    late = smev.put_response(sent["id"], push_answer(sent, GUID + "5"))
    check("an answer after that is credited to nobody", ("refused", "SMEV_ANSWER_LATE"),
          (lambda p: (p.get("state"), p.get("code")))(settled(smev, late)))


def failures():
    sent = push("Тестовгг")
    at = len(smev.sent_by("SendRequest"))
    settled(smev, smev.put_response(sent["id"], async_status(
        sent["id"], "requestIsRejectedBySmev", "SMEV-600:очередь переполнена",
        "<b:Code>1</b:Code><b:Description>SMEV-600:очередь переполнена</b:Description>")))
    again = smev.wait_sent(at)
    truth("what SMEV had no room for goes again by itself, as another message",
          again and again["id"] != sent["id"])
    truth("with the same content", text_of(again["call"], "RegionalNumber")
          == text_of(sent["call"], "RegionalNumber"))
    settled(smev, smev.put_response(again["id"], async_status(
        again["id"], "requestIsRejectedBySmev", "SMEV-403:не по схеме")))
    shown = ctl_json("packet", "show", again["id"])[0]
    check("what is wrong in itself is held with its code", ("held", "SMEV_403"),
          (shown.get("state"), shown.get("code")))
    truth("and the trace says so", ("smev-rejected" in [e for e, _ in events(again["id"])]))
    at = len(smev.sent_by("SendRequest"))
    ctl("packet", "release", again["id"])
    third = smev.wait_sent(at)
    settled(smev, smev.put_response(third["id"], push_answer(third, GUID + "6")))
    check("released and answered it is credited", GUID + "6", guid_of("Тестовгг"))


def unnamed():
    sent = push("Тестовдд")
    stray = smev.put_response("", push_answer(sent, GUID + "7"), to="no|idea")
    check("a response to nothing is credited to nobody", ("refused", "SMEV_NOT_ASKED"),
          (lambda p: (p.get("state"), p.get("code")))(settled(smev, stray)))
    other = smev.put_response(sent["id"], content(
        f'<f:GetLearnerResponse xmlns:f="{RS}"/>'))
    check("nor is content of another kind", "refused", settled(smev, other).get("state"))
    check("so nothing is known yet", "", guid_of("Тестовдд") or "")
    named = smev.put_response("", push_answer(sent, GUID + "8"), to=address(sent["id"]))
    settled(smev, named)
    check("one without OriginalMessageId is found by its address", GUID + "8", guid_of("Тестовдд"))


def requests():
    at = len(smev.sent_by("SendResponse"))
    _, meta = smev.put_request(birth(1), "1.1", meta_id="11111111-1111-11ee-8c99-0242ac120002")
    check("a request with an id of SMEV's own is confirmed by that", "applied", settled(smev, meta).get("state"))
    answer = smev.wait_sent(at, "SendResponse")
    check("and answered to its address", "opaque|77", text_of(answer["call"], "To"))
    known = acts()
    smev.put_request(birth(1), "1.2", meta_id=meta)
    until(lambda: [a[0] for a in smev.acked].count(meta) >= 2)
    check("given again it is confirmed again", 2, [a[0] for a in smev.acked].count(meta))
    check("and not done twice", (known, at + 1), (acts(), len(smev.sent_by("SendResponse"))))
    told, _ = smev.put_request(birth(2), "1.3", kind="BROADCAST")
    check("a broadcast is applied", "applied", settled(smev, told).get("state"))
    check("which a broadcast is for", known + 1, acts())
    old = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=1)
    stale, _ = smev.put_request(birth(3), "1.2", more=f"<EOL>{old.isoformat()}</EOL>")
    check("a request whose life is over is not done", ("refused", "SMEV_EOL_PASSED"),
          (lambda p: (p.get("state"), p.get("code")))(settled(smev, stale)))
    answer = smev.wait_sent(at + 1, "SendResponse")
    check("but told, and nobody was told of the broadcast", ("FAILURE", "opaque|77"),
          (text_of(answer["call"], "RejectionReasonCode"), text_of(answer["call"], "To")))
    alive = datetime.datetime.now() + datetime.timedelta(hours=9)
    fresh, _ = smev.put_request(birth(4), "1.1", more=f"<EOL>{alive.isoformat()}</EOL>")
    check("one that has time is done, whatever form its time has", "applied", settled(smev, fresh).get("state"))
    smev.wait_sent(at + 2, "SendResponse")
    about = smev.put_cancel(fresh)
    check("a Cancel is taken", "applied", settled(smev, about).get("state"))
    truth("and noted where it belongs", ("cancel-asked", about) in events(fresh), events(fresh))


def tests():
    known, at, learners = acts(), len(smev.sent_by("SendResponse")), ctl_json("status")[0].get("persons")
    trial, _ = smev.put_request(birth(5), "1.2", more="<TestMessage/>")
    check("a test is looked at", ("applied", "SMEV_TEST"),
          (lambda p: (p.get("state"), p.get("code")))(settled(smev, trial)))
    answer = smev.wait_sent(at, "SendResponse")
    check("and answered as if", "1", next(
        e.get("КодОбр") for e in answer["call"].iter() if local(e) == "ROGDZPResponse"))
    check("but nothing of it stays", (known, learners), (acts(), ctl_json("status")[0].get("persons")))
    truth("the journal says that it was a test", ("applied", "SMEV_TEST") in events(trial), events(trial))
    bad, _ = smev.put_request(birth(6).replace("ДатаЗапис=", "Дата="), "1.2", more="<TestMessage/>")
    check("a bad test is refused as if", ("refused", "PKT_SCHEMA"),
          (lambda p: (p.get("state"), p.get("code")))(settled(smev, bad)))
    smev.wait_sent(at + 1, "SendResponse")
    real, _ = smev.put_request(birth(5), "1.2")
    check("the same in earnest is done", "applied", settled(smev, real).get("state"))
    check("and stays", known + 1, acts())
    smev.wait_sent(at + 2, "SendResponse")


def statuses():
    """What SMEV says of our responses, in the queue of statuses."""
    at = len(smev.sent_by("SendResponse"))
    smev.put_request(birth(30), "1.2")
    sent = smev.wait_sent(at, "SendResponse")
    smev.put_status(sent["id"], "<StatusCategory>responseIsAcceptedBySmev</StatusCategory>")
    truth("a status on the way is confirmed by the id of the message",
          until(lambda: [a[0] for a in smev.acked].count(sent["id"]) == 1))
    truth("and traced", until(lambda: [d.split(",")[0] for e, d in events(sent["id"]) if e == "status"]
                              == ["responseIsAcceptedBySmev"]), events(sent["id"]))
    check("the response stays delivered", "done", ctl_json("packet", "show", sent["id"])[0].get("state"))
    said = ("<StatusCategory>responseIsRejectedBySmev</StatusCategory><StatusDetails>нет маршрута"
            '</StatusDetails><r:RoutingStatus xmlns:r="' + ROUTING + '"><r:DynamicRoutingStatus>'
            "<r:DynamicValue>1</r:DynamicValue><r:RoutingStatusCode>recipientNotFound"
            "</r:RoutingStatusCode></r:DynamicRoutingStatus></r:RoutingStatus>")
    smev.put_status(sent["id"], said)
    shown = until(lambda: (s := ctl_json("packet", "show", sent["id"])[0]).get("state") == "held" and s) or {}
    check("a response that SMEV rejects later is held with its code", "SMEV_RECIPIENT_UNKNOWN",
          shown.get("code"))
    before = [a[0] for a in smev.acked].count(sent["id"])
    smev.put_status(sent["id"], said)
    truth("the same status again is confirmed again",
          until(lambda: [a[0] for a in smev.acked].count(sent["id"]) == before + 1))
    check("and counts once", 1, len([e for e, _ in events(sent["id"]) if e == "smev-rejected"]))
    ctl("packet", "release", sent["id"])
    again = smev.wait_sent(at + 1, "SendResponse")
    check("released it goes as another message, to the same address", (False, text_of(sent["call"], "To")),
          (again["id"] == sent["id"], text_of(again["call"], "To")))


responses()
rejection_and_release()
cancelled()
failures()
unnamed()
requests()
tests()
statuses()
