"""Two systems talk through the door, SMEV and back."""
import re
import datetime
import json
import threading
import time

import requests
from lxml import etree

import door_client
from door_client import (NS, Valid, TEST_NS, Door, answer, ask, check, content_of, ctl, emu_script,
                         emu_send, fault_of, kind_of, truth)

asks, answers = Door("ask-is", "ask-key"), Door("answer-is", "answer-key")
began = datetime.datetime.now(datetime.timezone.utc)


def talk():
    check("an empty box gives nothing", None, asks.get())
    sent = asks.request("{a-1}", ask("Тестов & <Тест>"), nodeId="node-1", testMessage=True)
    truth("a request gets the MessageId that SMEV sees, version 1",
          re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-1[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", sent), sent)
    check("the same again gets the same id", sent,
          asks.request("{a-1}", ask("Тестов & <Тест>"), nodeId="node-1", testMessage=True))
    check("other content under that clientId is refused", ("ValidationFault", "DOOR_CONFLICT"),
          fault_of(asks.request, "{a-1}", ask("другое"))[:2])
    got = answers.wait()
    check("the other system gets the request", "RequestMessageType", kind_of(got))
    check("with SMEV's id", sent, got.smevMetadata.MessageId)
    check("and the content", "Тестов & <Тест>", content_of(got.Message)[0].text)
    check("where a prefix of a value still means something", "urn://x-test/values",
          content_of(got.Message)[0].nsmap.get("v"))
    check("and that it is a test", True, got.Message.RequestMetadata.testMessage)
    name = got.Message.RequestMetadata.clientId
    check("what is taken is gone", None, answers.get())
    answers.response("b-1", name, status={"code": "7", "description": "Принято", "parameter": [
        {"key": "срок", "value": "2 дня"}]})
    got = asks.wait()
    status = got.Message.ResponseContent.status
    check("a status comes back", ("7", "Принято", "срок", "2 дня"),
          (status.code, status.description, status.parameter[0].key, status.parameter[0].value))
    check("to the request", "{a-1}", got.Message.ResponseMetadata.replyToClientId)
    told = answers.answer("b-2", name, answer("Ответ"))
    got = asks.wait()
    check("the response comes back", ("ResponseMessageType", "Ответ"),
          (kind_of(got), content_of(got.Message).text))
    check("to the request, by both names", (sent, "{a-1}", told),
          (got.smevMetadata.OriginalMessageID, got.Message.ResponseMetadata.replyToClientId,
           got.smevMetadata.MessageId))
    check("a second last word is refused", ("ValidationFault", "DOOR_ANSWERED"),
          fault_of(answers.answer, "b-3", name, answer("Ещё"))[:2])
    check("the first one again is not", told, answers.answer("b-2", name, answer("Ответ")))
    return sent


def reject():
    asks.request("a-2", ask("x"))
    name = answers.wait().Message.RequestMetadata.clientId
    answers.response("b-4", name, rejects=[
        {"code": "NO_DATA", "description": "Сведений нет"},
        {"code": "ACCESS_DENIED", "description": "И доступа нет"}])
    got = asks.wait()
    check("rejections come back, all of them",
          [("NO_DATA", "Сведений нет"), ("ACCESS_DENIED", "И доступа нет")],
          [(r.code, r.description) for r in got.Message.ResponseContent.rejects])


def chain(first):
    second = asks.request("a-3", ask("y"), linkedGroupIdentity={"refClientId": "{a-1}"})
    got = answers.wait()
    check("a linked request names the chain's first", (second, first),
          (got.smevMetadata.MessageId, got.smevMetadata.ReferenceMessageID))
    answers.answer("b-5", got.Message.RequestMetadata.clientId, answer("z"))
    asks.wait()
    check("a link to nothing is refused", ("ValidationFault", "DOOR_REFERENCE"),
          fault_of(asks.request, "a-4", ask("y"), linkedGroupIdentity={"refClientId": "no"})[:2])


def refusals():
    check("an answer to nothing is refused", ("ValidationFault", "DOOR_NOT_ASKED"),
          fault_of(answers.answer, "b-6", "no", answer("z"))[:2])
    check("another system's name is refused", ("ValidationFault", "DOOR_SYSTEM"),
          fault_of(asks.request, "a-5", ask("y"), system="answer-is")[:2])
    check("so is asking for its letters", ("ValidationFault", "DOOR_SYSTEM"),
          fault_of(asks.client.service.Get, itSystem="answer-is")[:2])
    check("and looking for them", ("ValidationFault", "DOOR_SYSTEM"),
          fault_of(asks.client.service.Find, itSystem="answer-is", specificQuery={
              "messagePeriodCriteria": {"from": began}})[:2])
    check("a wrong key is refused", ("ValidationFault", "SRC_UNKNOWN"),
          fault_of(Door("ask-is", "wrong").get)[:2])
    check("no key is refused", ("ValidationFault", "SRC_UNKNOWN"),
          fault_of(Door("ask-is", "").get)[:2])
    check("a source of packets is no system behind the door", ("ValidationFault", "SRC_DENIED"),
          fault_of(Door("ask-is", "demo-school-key").get)[:2])
    check("a type that nobody set up is refused", ("ValidationFault", "DOOR_TYPE"),
          fault_of(asks.request, "a-6", etree.Element("{urn://x-test/no}Ask"))[:2])
    check("what the system may not ask is refused", ("ValidationFault", "DOOR_TYPE"),
          fault_of(answers.request, "a-6", ask("y"))[:2])
    check("an empty clientId is refused", ("ValidationFault", "DOOR_CLIENT_ID"),
          fault_of(asks.request, " ", ask("y"))[:2])
    long_id = fault_of(asks.request, "x" * 51, ask("y"))
    check("a clientId too long is refused by the schema", ("ValidationFault", "PKT_SCHEMA"),
          long_id[:2])
    truth("with the line and the path", re.search(r"строка \d+, .*clientId", long_id[2]), long_id)
    check("files are refused, and it says so", ("ValidationFault", "DOOR_FILES"),
          fault_of(asks.send, RequestMessage={
              "RequestMetadata": {"clientId": "a-7"},
              "RequestContent": {"content": {
                  "MessagePrimaryContent": {"_value_1": ask("y")},
                  "AttachmentHeaderList": {"AttachmentHeader": [{"filePath": "a.pdf"}]}}}})[:2])
    check("a name and a key by Basic are a key too", None, Door("other-is", "other-key", True).get())


def troubles():
    emu_script("fault async-reject InvalidContent on SendRequest type door times 1")
    sent = asks.request("a-8", ask("плохо"))
    got = asks.wait()
    check("what SMEV rejects later is an error", ("ErrorMessage", "a-8", "ERROR", "SERVER"),
          (kind_of(got), got.Message.statusMetadata.originalClientId, got.Message.status,
           got.Message.type))
    truth("with a code and words", got.Message.fault.code and got.Message.fault.description,
          got.Message.fault)
    check("about that message", sent, got.smevMetadata.OriginalMessageID)
    emu_script("fault element InvalidContent on SendRequest from rs-50 type door times 1")
    sent = asks.request("a-9", ask("плохо"))
    got = asks.wait()
    check("what SMEV refuses at once is an error, too", ("ErrorMessage", "a-9", sent),
          (kind_of(got), got.Message.statusMetadata.originalClientId,
           got.smevMetadata.OriginalMessageID))
    emu_script("fault drop on SendRequest from rs-50 type door times 1\n"
               "fault element SMEVFailure on SendRequest from rs-50 type door times 1")
    sent = asks.request("a-10", ask("дойдёт"))
    got = answers.wait()
    check("a failure that passes costs nothing", sent, got.smevMetadata.MessageId)
    answers.answer("b-10", got.Message.RequestMetadata.clientId, answer("да"))
    check("nor the answer", "да", content_of(asks.wait().Message).text)


def boxes():
    other = Door("other-is", "other-key")
    emu_send("zags", f'<Ask xmlns="{TEST_NS}"><Who>ЗАГС</Who></Ask>'.encode())
    got = answers.wait()
    check("a request of others comes too", "ЗАГС", content_of(got.Message)[0].text)
    answers.answer("b-20", got.Message.RequestMetadata.clientId, answer("ЗАГСу"))
    for number, node in enumerate(("", "n1", "n2")):
        other.request(f"o-{number}", ask(str(number)), nodeId=node or None)
        name = answers.wait().Message.RequestMetadata.clientId
        answers.answer(f"b-3{number}", name, answer(str(number)))
    check("the first of another system's answers comes", "n2",
          other.wait(node="n2").Message.ResponseMetadata.replyToClientId.replace("o-2", "n2"))
    check("a node hears what is for it", "o-1",
          other.wait(node="n1").Message.ResponseMetadata.replyToClientId)
    check("and nothing else", None, other.get(node="n1"))
    check("no request is among the answers", None, other.get(what="REQUEST"))
    check("the rest comes to who asks for all", "o-0",
          other.wait(what="RESPONSE").Message.ResponseMetadata.replyToClientId)
    check("and then nothing", None, other.get())
    check("others hear nothing of that", None, asks.get())


def finds():
    def names(found):
        return [(kind_of(r), (getattr(r.Message, "RequestMetadata", None)
                              or getattr(r.Message, "ResponseMetadata", None)
                              or r.Message.statusMetadata).clientId) for r in found]

    found = asks.find_id("{a-1}", "GET_REQUEST_BY_REQUEST_CLIENTID")
    check("a request is found by its clientId", [("RequestMessageType", "{a-1}")], names(found))
    found = asks.find_id("{a-1}", "GET_RESPONSE_BY_REQUEST_CLIENTID")
    check("its answers by that too, the status first", ["7", "Ответ"],
          [r.Message.ResponseContent.status.code if r.Message.ResponseContent.status
           else content_of(r.Message).text for r in found])
    name = found[1].Message.ResponseMetadata.clientId
    found = asks.find_id(name, "GET_RESPONSE_BY_RESPONSE_CLIENTID")
    check("an answer by its own", ["Ответ"], [content_of(r.Message).text for r in found])
    check("not what is another system's", [],
          answers.find_id("{a-1}", "GET_REQUEST_BY_REQUEST_CLIENTID"))
    check("what was sent as an answer is found, too", [("ResponseMessageType", "b-2")],
          names(answers.find_id("b-2", "GET_RESPONSE_BY_RESPONSE_CLIENTID")))
    found = asks.find(messagePeriodCriteria={"from": began})
    truth("a period has all, both ways",
          {"{a-1}", "a-2", "a-3", "a-8"} <= {n for _, n in names(found)} and len(found) > 8,
          names(found))
    check("an earlier one nothing", [], asks.find(messagePeriodCriteria={
        "from": began - datetime.timedelta(days=2), "to": began - datetime.timedelta(days=1)}))


def bounds():
    check("a revoked system is refused", ("ValidationFault", "SRC_DENIED"),
          fault_of(Door("revoked-is", "revoked-key").get)[:2])
    for body, status in ((b"<" * (11 << 20), 413), (b"<" * 100, 500)):
        answered = requests.post(door_client.URL, data=body, timeout=30, headers={
            "Authorization": "Bearer ask-key", "Content-Type": "text/xml"})
        check(f"{len(body)} bytes that are no call are refused", status, answered.status_code)
        truth("with a fault", b"Fault>" in answered.content, answered.content[:200])
    doors = [Door("ask-is", "ask-key") for _ in range(4)]
    for number in range(8):
        asks.request(f"t-{number}", ask(str(number)))
    for number in range(8):
        name = answers.wait().Message.RequestMetadata.clientId
        answers.answer(f"bt-{number}", name, answer(str(number)))
    wait_for_all(8)
    got, lock = [], threading.Lock()

    def take(door):
        for _ in range(2):
            result = door.get()
            with lock:
                got.append(result and content_of(result.Message).text)
    threads = [threading.Thread(target=take, args=(door,)) for door in doors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check("calls at once give different letters", [str(n) for n in range(8)],
          sorted(str(g) for g in got))


def wait_for_all(count):
    end = time.monotonic() + 30
    while time.monotonic() < end:
        rows = [json.loads(line) for line in ctl("queue", "--json").splitlines()]
        if sum(r["count"] for r in rows
               if r.get("state") == "mailbox" and r["name"] == "ask-is") >= count:
            return
        time.sleep(0.1)


first = talk()
reject()
chain(first)
refusals()
troubles()
boxes()
finds()
bounds()
check("every answer is valid by the schema", [], Valid.wrong)
check("of every kind that there is",
      ["ErrorMessage", "RequestMessageType", "ResponseMessageType", "faults", "list", "result"],
      sorted({"ValidationFault": "faults", "QueryResultList": "list", "MessageResult": "result"}.get(
          name, name.split()[-1]) for name in Valid.seen))
