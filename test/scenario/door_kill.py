"""Two systems talk while the daemon, or a part of it, is killed.

usage: door_kill.py SEED COUNT sure|doubt
Every call is repeated until it is answered.  sure: a Get that got no answer is
never seen, as only parts die.  doubt: it may be, and then Find tells what was
given.
"""
import sys
import threading
import time
import datetime

import requests
from zeep.exceptions import Fault, TransportError

from door_client import Door, answer, ask, check, content_of, truth

seed, count, sure = sys.argv[1], int(sys.argv[2]), sys.argv[3] == "sure"
began = datetime.datetime.now(datetime.timezone.utc)
until = time.monotonic() + 120
troubles = []


def insist(what, *args):
    """Until there is an answer, or a fault that says it is wrong."""
    while True:
        try:
            return what(*args)
        except (requests.RequestException, TransportError, OSError) as error:
            troubles.append(str(error))
        except Fault as fault:
            if fault.detail is None or "SystemFault" not in fault.detail[0].tag:
                raise
            troubles.append(str(fault))
        if time.monotonic() > until:
            raise TimeoutError
        time.sleep(0.1)


def open_door(system, key):
    return insist(lambda: Door(system, key))


class Box(threading.Thread):
    """Takes what comes for one system until it has all that it waits for."""

    def __init__(self, system, key, handle):
        super().__init__()
        self.door, self.handle = open_door(system, key), handle
        self.taken, self.seen, self.failed = [], set(), None

    def look(self, result):
        metadata = getattr(result.Message, "RequestMetadata", None) or getattr(
            result.Message, "ResponseMetadata", None)
        name = metadata.clientId if metadata else str(result.Message)
        if name not in self.seen:
            self.handle(self.door, result, name)
            self.seen.add(name)
        return name

    def recover(self):
        kind = "RequestMessageType" if self.handle is reply else "ResponseMessageType"
        for result in insist(lambda: self.door.find(messagePeriodCriteria={"from": began})):
            if type(result.Message).__name__ == kind:
                self.look(result)

    def run(self):
        try:
            while len(self.seen) < count and time.monotonic() < until:
                before = len(troubles)
                result = insist(self.door.get)
                if result is not None:
                    self.taken.append(self.look(result))
                elif not sure and len(troubles) != before:
                    self.recover()
                else:
                    time.sleep(0.02)
                if not sure and len(troubles) != before:
                    self.recover()
            if not sure:
                self.recover()
        except Exception as error:  # pylint: disable=broad-except
            self.failed = repr(error)


def reply(door, result, name):
    insist(door.answer, "b-" + name, name, answer(content_of(result.Message)[0].text))


answers_got = {}


def note(_, result, name):
    answers_got.setdefault(result.Message.ResponseMetadata.replyToClientId, []).append(
        content_of(result.Message).text)
    assert name


asks = open_door("ask-is", "ask-key")
boxes = [Box("answer-is", "answer-key", reply), Box("ask-is", "ask-key", note)]
for box in boxes:
    box.start()
sent = {}
for number in range(count):
    client_id = f"{seed}-{number}"
    sent[client_id] = insist(asks.request, client_id, ask(client_id))
again = {name: insist(asks.request, name, ask(name)) for name in sent}
for box in boxes:
    box.join()
check(f"all went well, {seed}", [None, None], [box.failed for box in boxes])
check(f"a message sent again has the same id, {seed}", sent, again)
check(f"every request was answered, once, {seed}", {name: [name] for name in sent}, answers_got)
for box, who in zip(boxes, ("requests", "answers")):
    check(f"none of the {who} was given twice, {seed}", sorted(set(box.taken)), sorted(box.taken))
    if sure:
        check(f"all of the {who} were given, {seed}", count, len(box.taken))
print(f"{len(troubles)} calls had no answer")
truth(f"something was in the way, {seed}", sure or troubles)
