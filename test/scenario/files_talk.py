"""Files by path: systems behind the door send and get them, in folders and by SOAP."""
import base64
import glob
import json
import os
import signal
import subprocess
import urllib.parse
import urllib.request

from lxml import etree

import door_client
from door_client import EMU, TEST_NS, Door, check, ctl, fault_of, truth
from folder_client import (A, Folder, answer, ask, files_of, headers, put, request, response,
                           until)

WORK = os.environ["SCENARIO_WORK"]
KEYS = os.environ["KONTINGENT_TEST_KEYS"]
asks, answers = Folder("ask"), Folder("answer")
soap = Door("ask-is", "ask-key")


def sign(path):
    """Detached PKCS#7 over the file, base64 in lines as many clients write it."""
    der = subprocess.run([os.environ["SCENARIO_SMEVSIGN"], "sign-cms", "--key",
                          KEYS + "/source.key", "--cert", KEYS + "/source.pem", path],
                         capture_output=True, check=True).stdout
    return base64.encodebytes(der).decode()


def send_soap(client_id, *paths, signature=None):
    header = [{"filePath": p, "SignaturePKCS7": signature} for p in paths]
    return soap.send(RequestMessage={
        "RequestMetadata": {"clientId": client_id},
        "RequestContent": {"content": {
            "MessagePrimaryContent": {"_value_1": door_client.ask(client_id)},
            "AttachmentHeaderList": {"AttachmentHeader": header}}}})


def received():
    """A neighbour sends files, inside the message and by SMEV's store."""
    small, large = os.urandom(3000), os.urandom(700000)
    paths = []
    for name, data in (("акт №1.pdf", small), ("большой.zip", large)):
        paths.append(os.path.join(WORK, name))
        with open(paths[-1], "wb") as file:
            file.write(data)
    query = urllib.parse.urlencode({"from": "zags", "mtom": paths[0], "ftp": paths[1]})
    urllib.request.urlopen(EMU + "/emu/send?" + query, timeout=30,
                           data=f'<Ask xmlns="{TEST_NS}"><Who>ЗАГС</Who></Ask>'.encode()).read()
    got = answers.wait()[0]
    truth("a letter with files is valid by the schema", got.valid, got.why)
    found = files_of(got)
    check("the files are there before the letter, as they were", sorted([small, large]),
          sorted(data for _, data in found))
    truth("one has its name, the other had none", {"большой.zip"} < {n for n, _ in found}
          and len(found) == 2, [n for n, _ in found])
    where = {os.path.dirname(h.findtext(A + "filePath")) for h in got.root.iter(
        A + "AttachmentHeader")}
    check("in a folder by the message's id", {answers.sub("files", got.text("MessageId"))}, where)
    truth("with the signatures that came with them", len(
        [h for h in got.root.iter(A + "SignaturePKCS7") if h.text]) == 2)
    answers.drop("r.xml", response("answer-is", "r-1", got.client_id, answer("да")))
    until(lambda: answers.names("out") == [])


def nowhere():
    """The same for a system that has no folder."""
    path = os.path.join(WORK, "small.bin")
    with open(path, "wb") as file:
        file.write(b"x" * 100)
    query = urllib.parse.urlencode({"from": "zags", "mtom": path})
    sent = json.load(urllib.request.urlopen(
        EMU + "/emu/send?" + query, timeout=30,
        data='<Ask xmlns="urn://x-test/plain/1.0"/>'.encode()))["message_id"]

    def state():
        text = ctl("packet", "show", sent, "--json")
        row = json.loads(text) if text.startswith("{") else {}
        return row.get("state"), row.get("code")
    until(lambda: state()[0] == "held")
    check("files for a system without a folder are held, and it says why",
          ("held", "DOOR_NO_FOLDER"), state())
    check("and it gets nothing", None, Door("other-is", "other-key").get())
    return sent


def blobs():
    return set(glob.glob(WORK + "/state/files/??/*"))


def refusals():
    secret = os.path.join(WORK, "secret")
    with open(secret, "wb") as file:
        file.write(b"another's")
    put(asks, "docs/a.pdf", b"PDF")
    os.symlink(secret, asks.sub("docs", "link"))
    os.symlink(WORK, asks.sub("up"))
    os.mkfifo(asks.sub("docs", "pipe"))
    before = blobs()
    for path in ("docs/none", "../secret", "docs/../../secret", secret, "/etc/passwd", "docs/link",
                 "up/secret", "docs/pipe", "docs", "docs/", ".", "/", "//etc/passwd",
                 asks.path + "/../secret", asks.path, "docs/a.pdf/x", "C:\\a.pdf"):
        check(f"{path}: no such file of its own", ("ValidationFault", "DOOR_FILE_PATH"),
              fault_of(send_soap, "x-1", path)[:2])
    check("an empty path is refused", ("ValidationFault", "DOOR_FILE_PATH"),
          fault_of(send_soap, "x-1", "")[:2])
    with open(asks.sub("docs/huge"), "wb") as file:
        file.truncate(1 << 40)
    check("a file too large is refused", ("ValidationFault", "FILE_LARGE"),
          fault_of(send_soap, "x-1", "docs/huge")[:2])
    os.unlink(asks.sub("docs/huge"))
    signature = base64.b64decode(sign(asks.sub("docs/a.pdf")))
    put(asks, "docs/other.pdf", b"other")
    check("a signature of another file is refused", ("ValidationFault", "CMS_DIGEST"),
          fault_of(send_soap, "x-1", "docs/other.pdf", signature=signature)[:2])
    broken = bytearray(signature)
    broken[-10] ^= 1
    check("a broken one is refused", ("ValidationFault", "CMS_VALUE"),
          fault_of(send_soap, "x-1", "docs/a.pdf", signature=bytes(broken))[:2])
    check("what is none is refused", ("ValidationFault", "CMS_FORM"),
          fault_of(send_soap, "x-1", "docs/a.pdf", signature=b"nonsense")[:2])
    check("a system without a folder has no files", ("ValidationFault", "DOOR_FILES"),
          fault_of(Door("other-is", "other-key").send, RequestMessage={
              "RequestMetadata": {"clientId": "x-2"},
              "RequestContent": {"content": {
                  "MessagePrimaryContent": {"_value_1": door_client.ask("x")},
                  "AttachmentHeaderList": {"AttachmentHeader": [{"filePath": "a"}]}}}})[:2])
    asks.drop("x.xml", request("ask-is", "x-3", ask("x"), headers("../secret")))
    told = asks.error_of("x.xml")
    truth("a folder's message is refused so, too", "DOOR_FILE_PATH" in str(
        etree.tostring(told.root)), told.text("details"))
    truth("nothing of another's was copied", not any(
        os.path.getsize(p) == len(b"another's") for p in blobs()), blobs() - before)


def sent():
    """Files go to SMEV by path, and come out of it as they were."""
    parts = [os.urandom(size) for size in (2000, 900000, 100, 50000)]
    first = put(asks, "docs/первый.pdf", parts[0])
    second = put(asks, "docs/sub/второй.bin", parts[1])
    signature = base64.b64decode(sign(first))
    header = [{"filePath": "docs/первый.pdf", "SignaturePKCS7": signature}, {"filePath": second}]
    message = {"RequestMetadata": {"clientId": "f-1"},
               "RequestContent": {"content": {
                   "MessagePrimaryContent": {"_value_1": door_client.ask("f-1")},
                   "AttachmentHeaderList": {"AttachmentHeader": header}}}}
    message_id = soap.send(RequestMessage=message)
    os.unlink(first)
    os.unlink(second)
    check("after the answer the files may go, and the message come again", message_id,
          soap.send(RequestMessage=message))
    got = answers.wait()[0]
    check("two files by SOAP come out of SMEV as they were", sorted(parts[:2]),
          sorted(data for _, data in files_of(got)))
    truth("one with the signature that was given", signature in [
        base64.b64decode(h.text) for h in got.root.iter(A + "SignaturePKCS7")])
    put(asks, "docs/c.txt", parts[2])
    put(asks, "docs/d.zip", parts[3])
    asks.drop("f.xml", request("ask-is", "f-2", ask("f-2"), headers(
        ("docs/c.txt", sign(asks.sub("docs/c.txt")), "REFERENCE"), "docs/d.zip")))
    got = answers.wait()[0]
    check("two files by a folder, one of them by SMEV's store at its sender's wish",
          sorted(parts[2:]), sorted(data for _, data in files_of(got)))
    put(answers, "reply.pdf", parts[1])
    answers.drop("f.xml", response("answer-is", "f-3", got.client_id, answer("с файлом"), headers(
        ("reply.pdf", "", "MTOM"))))
    back = asks.wait()[0]
    check("a response brings files, too", ("с файлом", [parts[1]]),
          (back.content, [data for _, data in files_of(back)]))
    check("nothing was refused", ([], ["x.xml", "x.xml.error.xml"]),
          (answers.names("refused"), asks.names("refused")))


def script(line):
    urllib.request.urlopen(EMU + "/emu/script", timeout=30, data=line.encode()).read()


def spoilt():
    """The file of an answer is not what was signed: who asked is told."""
    asks.drop("s.xml", request("ask-is", "s-1", ask("s-1")))
    got = answers.wait()[0]
    put(answers, "bad.bin", os.urandom(3000))
    script("fault wrong-hash on GetResponse")
    answers.drop("s.xml", response("answer-is", "s-2", got.client_id, answer("да"), headers(
        ("bad.bin", "", "REFERENCE"))))
    told = asks.wait()[0]
    script("clear faults")
    text = etree.tostring(told.root, encoding="unicode")
    truth("who asked is told when the file of an answer is another one",
          "CMS_DIGEST" in text and not files_of(told), text)


def somewhere(message_id):
    """The system gets a folder, by a reload; what was held goes on."""
    conf = os.environ["SCENARIO_CONF"]
    os.mkdir(os.path.join(WORK, "other"))
    with open(conf, encoding="utf-8") as file:
        text = file.read()
    text = text.replace('it_system = "other-is"', 'it_system = "other-is"\n'
                        f'\tfolder = "{WORK}/other"\n\tfolder_in = "always"', 1)
    with open(conf, "w", encoding="utf-8") as file:
        file.write(text)
    os.kill(int(os.environ["SCENARIO_PID"]), signal.SIGHUP)
    other = Folder("other")
    truth("a folder of a reload is served", until(lambda: os.path.isdir(other.sub("out"))))
    ctl("packet", "release", message_id)
    got = other.wait()
    check("what was held comes, with its file", [b"x" * 100], [d for _, d in files_of(got[0])])


received()
held = nowhere()
refusals()
sent()
spoilt()
somewhere(held)
