"""Two systems talk by folders while the daemon, or a part of it, is killed.

usage: folder_kill.py SEED COUNT
Every third message has a file, and its answer brings it back.  A letter may come
twice, if it was read before the mark that it was put.
"""
import sys
import time

from door_client import check, truth
from folder_client import (Folder, answer, ask, files_of, headers, put, request, response,
                           until)

seed, count = sys.argv[1], int(sys.argv[2])
asks, answers = Folder("ask"), Folder("answer")
until(lambda: answers.names("in") is not None and asks.names("refused") is not None)
end = time.monotonic() + 240
wrong, requests, back = [], {}, {}


def with_file(folder, name):
    """A header for the file of that message, which lies there; or nothing."""
    if int(name.rsplit("-", 1)[1]) % 3 != 0:
        return ""
    put(folder, f"docs/{name}.bin", name.encode() * 1000)
    return headers(f"docs/{name}.bin")


def look(letter):
    """The content, with what is wrong about its file."""
    name = letter.content
    wanted = [name.encode() * 1000] if int(name.rsplit("-", 1)[1]) % 3 == 0 else []
    if [data for _, data in files_of(letter)] != wanted:
        return name + ": other files"
    return name


def take():
    for letter in answers.take():
        requests.setdefault(letter.client_id, []).append(look(letter))
        if len(requests[letter.client_id]) == 1:
            answers.drop(f"b-{letter.client_id}.xml",
                         response("answer-is", "b-" + letter.client_id, letter.client_id,
                                  answer(letter.content),
                                  with_file(answers, letter.content)))
    for letter in asks.take():
        back.setdefault(letter.text("replyToClientId"), []).append(look(letter))
    wrong.extend(asks.names("refused") + answers.names("refused"))


names = [f"{seed}-{number}" for number in range(count)]
for name in names:
    asks.drop(name + ".xml", request("ask-is", name, ask(name), with_file(asks, name)))
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
