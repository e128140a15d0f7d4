"""Two systems talk by folders while the daemon, or a part of it, is killed.

usage: folder_kill.py SEED COUNT
A letter may come twice, if it was read before the mark that it was put.
"""
import sys
import time

from door_client import check, truth
from folder_client import Folder, answer, ask, request, response, until

seed, count = sys.argv[1], int(sys.argv[2])
asks, answers = Folder("ask"), Folder("answer")
until(lambda: answers.names("in") is not None and asks.names("refused") is not None)
end = time.monotonic() + 240
wrong, requests, back = [], {}, {}


def take():
    for letter in answers.take():
        requests.setdefault(letter.client_id, []).append(letter.content)
        if len(requests[letter.client_id]) == 1:
            answers.drop(f"b-{letter.client_id}.xml",
                         response("answer-is", "b-" + letter.client_id, letter.client_id,
                                  answer(letter.content)))
    for letter in asks.take():
        back.setdefault(letter.text("replyToClientId"), []).append(letter.content)
    wrong.extend(asks.names("refused") + answers.names("refused"))


names = [f"{seed}-{number}" for number in range(count)]
for name in names:
    asks.drop(name + ".xml", request("ask-is", name, ask(name)))
    take()
while time.monotonic() < end and not wrong and (
        len(back) < count or asks.names("out") or answers.names("out")):
    take()
    time.sleep(0.02)
check(f"nothing was refused, {seed}", [], wrong)
check(f"every request has its answer, {seed}", {n: n for n in names},
      {n: got[0] for n, got in back.items()})
check(f"every request came as one message, {seed}", sorted(names),
      sorted(got[0] for got in requests.values()))
check(f"what came again was the same, {seed}", [],
      [n for n, got in list(back.items()) + list(requests.items()) if len(set(got)) != 1])
truth(f"nothing stays in out/, {seed}", not asks.names("out") and not answers.names("out"))
twice = sum(len(got) - 1 for got in list(back.values()) + list(requests.values()))
print(f"{twice} letters came twice")
