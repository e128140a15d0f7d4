"""A system that talks by its folder alone: files out, files in."""
import os
import time
import uuid

from lxml import etree

from door_client import NS, TEST_NS

WORK = os.environ["SCENARIO_WORK"]
A = "{%s}" % NS
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_schema = etree.XMLSchema(etree.parse(os.path.join(
    os.environ["SCENARIO_SOURCE"],
    "xsd/schemas/adapter-service/types.xsd")))


def request(system, client_id, content, more=""):
    return f'''<?xml version="1.0" encoding="UTF-8"?>
<t:ClientMessage xmlns:t="{NS}">
 <t:itSystem>{system}</t:itSystem>
 <t:RequestMessage>
  <t:RequestMetadata><t:clientId>{client_id}</t:clientId></t:RequestMetadata>
  <t:RequestContent><t:content>
   <t:MessagePrimaryContent>{content}</t:MessagePrimaryContent>{more}
  </t:content></t:RequestContent>
 </t:RequestMessage>
</t:ClientMessage>
'''.encode()


def response(system, client_id, reply_to, content, more=""):
    return f'''<t:ClientMessage xmlns:t="{NS}"><t:itSystem>{system}</t:itSystem>
 <t:ResponseMessage><t:ResponseMetadata><t:clientId>{client_id}</t:clientId>
  <t:replyToClientId>{reply_to}</t:replyToClientId></t:ResponseMetadata>
  <t:ResponseContent><t:content>
   <t:MessagePrimaryContent>{content}</t:MessagePrimaryContent>{more}
  </t:content></t:ResponseContent></t:ResponseMessage></t:ClientMessage>'''.encode()


def ask(text):
    return f'<d:Ask xmlns:d="{TEST_NS}"><d:Who>{text}</d:Who></d:Ask>'


def answer(text):
    return f'<d:Answer xmlns:d="{TEST_NS}">{text}</d:Answer>'


def headers(*parts):
    """AttachmentHeaderList; a part is a path, or (path, signature, transfer method)."""
    out = []
    for part in parts:
        path, signature, method = part if isinstance(part, tuple) else (part, "", "")
        out.append(f"<t:AttachmentHeader>{'<t:Id>1</t:Id>' if method else ''}"
                   f"<t:filePath>{path}</t:filePath>"
                   + (f"<t:SignaturePKCS7>{signature}</t:SignaturePKCS7>" if signature else "")
                   + (f"<t:TransferMethod>{method}</t:TransferMethod>" if method else "")
                   + "</t:AttachmentHeader>")
    return f"<t:AttachmentHeaderList>{''.join(out)}</t:AttachmentHeaderList>"


def put(folder, name, data):
    path = folder.sub(name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(data)
    return path


class Letter:
    """A QueryResult that came."""

    def __init__(self, name, data):
        self.name, self.data = name, data
        self.root = etree.fromstring(data)
        self.valid = _schema.validate(self.root)
        self.why = str(_schema.error_log.last_error)
        self.message = self.root.find(A + "Message")
        self.kind = self.message.get(XSI + "type").split(":")[1]

    def text(self, name):
        return self.root.findtext(".//" + A + name)

    @property
    def client_id(self):
        return self.text("clientId")

    @property
    def content(self):
        return "".join(self.root.find(".//" + A + "MessagePrimaryContent").itertext()).strip()


def files_of(letter):
    """(name, content) of each attachment of a letter, as its reader finds them."""
    found = []
    for header in letter.root.iter(A + "AttachmentHeader"):
        path = header.findtext(A + "filePath")
        with open(path, "rb") as file:
            found.append((os.path.basename(path), file.read()))
    return found


class Folder:
    """The folder of one system, by the rules of a careful client."""

    def __init__(self, name):
        self.path = os.path.join(WORK, name)

    def sub(self, *names):
        return os.path.join(self.path, *names)

    def drop(self, name, data):
        """Appears by rename."""
        part = self.sub("out", "." + uuid.uuid4().hex)
        with open(part, "wb") as file:
            file.write(data)
        os.rename(part, self.sub("out", name))

    def names(self, sub):
        try:
            return sorted(n for n in os.listdir(self.sub(sub)) if not n.startswith("."))
        except FileNotFoundError:
            return []

    def take(self):
        """All that is in in/ now; what is read is removed."""
        letters = []
        for name in self.names("in"):
            path = self.sub("in", name)
            if not os.path.isfile(path):
                continue
            with open(path, "rb") as file:
                letters.append(Letter(name, file.read()))
            os.unlink(path)
        return letters

    def wait(self, wanted=1, seconds=60):
        letters = []
        end = time.monotonic() + seconds
        while len(letters) < wanted and time.monotonic() < end:
            letters += self.take()
            time.sleep(0.02)
        return letters

    def error_of(self, name, seconds=60):
        """What is said about a refused file, which has left out/."""
        path = self.sub("refused", name + ".error.xml")
        until(lambda: os.path.exists(path) and not os.path.lexists(self.sub("out", name)), seconds)
        with open(path, "rb") as file:
            return Letter(name, file.read())


def until(what, seconds=60):
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
