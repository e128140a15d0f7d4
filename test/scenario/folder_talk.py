"""Two systems talk by their folders, a third by SOAP."""
import json
import os
import socket
import time

import door_client
from door_client import Door, check, ctl, truth
from folder_client import Folder, answer, ask, request, response, until

asks, answers = Folder("ask"), Folder("answer")


def talk():
    truth("the folder has its places", until(lambda: os.path.isdir(asks.sub("out"))))
    asks.drop("{a-1}.xml", b"\xef\xbb\xbf" + request("ask-is", "a-1", ask("Вопрос")))
    got = answers.wait()
    check("a request comes to the other system's in/", ("RequestMessageType", "Вопрос"),
          (got[0].kind, got[0].content))
    name = got[0].client_id
    check("its name is the clientId, here without braces", name + ".xml", got[0].name)
    truth("it is valid by the schema", got[0].valid, got[0].why)
    truth("what was sent has left out/", until(lambda: asks.names("out") == []))
    check("and is not kept unless that is wanted", [], asks.names("done"))
    answers.drop("b-1.xml", response("answer-is", "b-1", name, answer("Ответ")))
    back = asks.wait()
    check("the answer comes back", ("ResponseMessageType", "Ответ", "a-1"),
          (back[0].kind, back[0].content, back[0].text("replyToClientId")))
    check("its name has braces", "{%s}.xml" % back[0].client_id, back[0].name)
    truth("it is valid, too", back[0].valid, back[0].why)
    truth("it is kept where that is wanted", until(lambda: answers.names("done") == ["b-1.xml"]))
    return name


def twice(name):
    asks.drop("again.xml", request("ask-is", "a-1", ask("Вопрос")))
    truth("the same again is taken", until(lambda: asks.names("out") == []))
    soap = Door("ask-is", "ask-key")
    sent = soap.request("a-2", door_client.ask("x"))
    first = answers.wait()[0]
    check("a folder does not close the other door", sent, first.text("MessageId"))
    asks.drop("{a-1}.xml", request("ask-is", "a-1", ask("Другое")))
    told = asks.error_of("{a-1}.xml")
    check("other content by the same name is refused", "DOOR_CONFLICT", code_of(told))
    answers.drop("b-1.xml", response("answer-is", "b-2", name, answer("Ещё ответ")))
    check("a second answer is refused", "DOOR_ANSWERED", code_of(answers.error_of("b-1.xml")))
    answers.drop("b-1.xml", response("answer-is", "b-1", name, answer("Ответ")))
    truth("what is kept gets a number", until(
        lambda: answers.names("done") == ["b-1.xml", "b-1~2.xml"]), answers.names("done"))


def code_of(letter):
    return letter.root.findtext(".//{urn://x-artefacts-smev-gov-ru/services/service-adapter"
                                "/types/faults}code")


def refusals():
    cases = {
        "broken.xml": (b"<ClientMessage", "PKT_XML_", ""),
        "empty.xml": (b"", "PKT_XML_", ""),
        "other.xml": (request("answer-is", "r-1", ask("x")), "DOOR_SYSTEM", "r-1"),
        "type.xml": (request("ask-is", "r-2", "<x xmlns='urn://x-test/no'/>"), "DOOR_TYPE", "r-2"),
        "schema.xml": (request("ask-is", "r-3", ask("x")).replace(b"RequestContent", b"Content"),
                       "PKT_SCHEMA", "r-3"),
        "entity.xml": (b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
                       "PKT_XML_", ""),
        "query.xml": ((f'<MessageQuery xmlns="{door_client.NS}"><itSystem>ask-is</itSystem>'
                       "</MessageQuery>").encode(), "DOOR_OPERATION", ""),
        "new\nline\x01.xml": (b"<x/>", "DOOR_OPERATION", ""),
        "я" * 100 + ".xml": (b"<x/>", "DOOR_OPERATION", ""),
        "\udcff.xml": (b"<x/>", "DOOR_OPERATION", ""),
    }
    for name, (data, _, _) in cases.items():
        asks.drop(name, data)
    for name, (data, code, about) in cases.items():
        told = asks.error_of(name)
        shown = ascii(name[:12]).replace("\\", "|")
        truth(f"{shown} is refused with {code}", (code_of(told) or "").startswith(code),
              (code_of(told), told.text("details")))
        check(f"{shown}: it says about what", about, told.text("originalClientId"))
        truth(f"{shown}: an ErrorMessage of ours, by the schema, in Russian",
              told.valid and told.kind == "ErrorMessage" and told.text("type") == "CLIENT"
              and any("а" <= c <= "я" for c in told.text("details")), told.why)
        with open(asks.sub("refused", name), "rb") as file:
            check(f"{shown}: it is not lost", data, file.read())


def slowly():
    data = request("ask-is", "s-1", ask("Медленно " * 2000))
    with open(asks.sub("out", "slow.xml"), "wb") as file:
        for at in range(0, len(data), len(data) // 8 + 1):
            file.write(data[at:at + len(data) // 8 + 1])
            file.flush()
            time.sleep(0.05)
    got = answers.wait()
    check("a file that is written slowly is taken whole, once", ["Медленно " * 1999 + "Медленно"],
          [g.content for g in got])


def tricks():
    """What a system may put into its folder; nothing of it is taken."""
    secret = os.path.join(os.environ["SCENARIO_WORK"], "secret.xml")
    with open(secret, "wb") as file:
        file.write(request("ask-is", "t-0", ask("чужое")))
    os.symlink(secret, asks.sub("out", "link.xml"))
    os.symlink(".", asks.sub("out", "loop.xml"))
    os.mkfifo(asks.sub("out", "pipe.xml"))
    os.mkdir(asks.sub("out", "folder.xml"))
    unix = socket.socket(socket.AF_UNIX)
    here = os.getcwd()
    os.chdir(asks.sub("out"))
    unix.bind("socket.xml")
    os.chdir(here)
    for name in (".hidden.xml", "half.xml.tmp", "half.xml.part", "note.txt"):
        with open(asks.sub("out", name), "wb") as file:
            file.write(request("ask-is", "t-1", ask("не то")))
    with open(asks.sub("out", "huge.xml"), "wb") as file:
        file.truncate(1 << 40)
    check("a file too large is refused unread", "FILE_LARGE", code_of(asks.error_of("huge.xml")))
    asks.drop("t-2.xml", request("ask-is", "t-2", ask("настоящее")))
    check("what is real passes between", ["настоящее"], [g.content for g in answers.wait()])
    time.sleep(1.5)  # two looks
    check("links, pipes, folders, sockets and half files stay where they are",
          ["folder.xml", "half.xml.part", "half.xml.tmp", "link.xml", "loop.xml", "note.txt",
           "pipe.xml", "socket.xml"], asks.names("out"))
    check("and are not sent", [], answers.take())
    os.rmdir(asks.sub("out", "folder.xml"))
    for name in asks.names("out") + [".hidden.xml"]:
        os.unlink(asks.sub("out", name))


def ask_by_soap(client_id):
    Door("other-is", "other-key").request(client_id, door_client.ask(client_id))
    return answers.wait()[0].client_id


def queue_code(system):
    rows = [json.loads(line) for line in ctl("queue", "--json").splitlines()]
    return [(r["code"], r["count"]) for r in rows if r["state"] == "mailbox" and r["name"] == system]


def waits(name, how, code):
    """An answer for ask-is can't be put into its folder: it says why, waits, and others go on."""
    asks.drop(name + ".xml", request("ask-is", name, ask(name)))
    got = answers.wait()
    undo = how()
    answers.drop(name + ".xml", response("answer-is", "b-" + name, got[0].client_id, answer(name)))
    truth(f"{name}: the queue says why the letter waits",
          until(lambda: queue_code("ask-is") == [(code, 1)]), ctl("queue"))
    other = Door("other-is", "other-key")
    other.request("o-" + name, door_client.ask(name))
    got = answers.wait()
    answers.drop(f"o-{name}.xml",
                 response("answer-is", "bo-" + name, got[0].client_id, answer(name)))
    truth(f"{name}: the others go on", other.wait() is not None)
    undo()
    check(f"{name}: then it comes", [name], [g.content for g in asks.wait()])


def no_folder():
    os.rename(asks.path, asks.path + ".away")
    return lambda: os.rename(asks.path + ".away", asks.path)


def a_link():
    os.rename(asks.sub("in"), asks.sub("in.away"))
    os.symlink(os.environ["SCENARIO_WORK"], asks.sub("in"))

    def undo():
        os.unlink(asks.sub("in"))
        os.rename(asks.sub("in.away"), asks.sub("in"))
    return undo


def a_file():
    os.rename(asks.sub("in"), asks.sub("in.away"))
    with open(asks.sub("in"), "wb"):
        pass

    def undo():
        os.unlink(asks.sub("in"))
        os.rename(asks.sub("in.away"), asks.sub("in"))
    return undo


def new_folder():
    os.rename(asks.path, asks.path + ".old")

    def undo():
        os.mkdir(asks.path)
    return undo


def not_ours():
    """What stands in in/ under the name of a letter is not overwritten."""
    asks.drop("n-1.xml", request("ask-is", "n-1", ask("n-1")))
    got = answers.wait()
    undo = a_file()
    answers.drop("n-1.xml", response("answer-is", "b-n-1", got[0].client_id, answer("n-1")))
    until(lambda: queue_code("ask-is") == [("DOOR_FOLDER", 1)])
    found = Door("ask-is", "ask-key").find_id("n-1", "GET_RESPONSE_BY_REQUEST_CLIENTID")
    name = "{%s}.xml" % found[0].Message.ResponseMetadata.clientId
    with open(asks.sub("in.away", name), "wb") as file:
        file.write(b"another's")
    undo()
    second = name.replace(".xml", "~2.xml")
    truth("a letter whose name is taken gets a number",
          until(lambda: asks.names("in") == [name, second]), asks.names("in"))
    with open(asks.sub("in", name), "rb") as file:
        check("and overwrites nothing", b"another's", file.read())
    os.unlink(asks.sub("in", name))
    check("and is whole", ["n-1"], [g.content for g in asks.take()])


def many(count):
    for number in range(count):
        asks.drop(f"m-{number}.xml", request("ask-is", f"m-{number}", ask(f"m-{number}")))
    got = answers.wait(count, 300)
    check(f"{count} files at once are {count} requests, each once",
          sorted(f"m-{n}" for n in range(count)), sorted(g.content for g in got))
    truth("and out/ is empty", until(lambda: asks.names("out") == []))


first = talk()
twice(first)
refusals()
slowly()
tricks()
waits("w-missing", no_folder, "DOOR_FOLDER")
waits("w-link", a_link, "DOOR_FOLDER")
waits("w-file", a_file, "DOOR_FOLDER")
not_ours()
many(2000 if os.environ.get("KONTINGENT_LONG") else 200)
waits("w-new", new_folder, "DOOR_FOLDER")
