"""A client of the adapter's service, by zeep alone: nothing of ours in it."""
import os
import subprocess
import time
import urllib.request

import requests
from lxml import etree
from zeep import Client, Plugin, Settings
from zeep.exceptions import Fault
from zeep.transports import Transport

NS = "urn://x-artefacts-smev-gov-ru/services/service-adapter/types"
TEST_NS = "urn://x-test/door/1.0"
URL = os.environ["SCENARIO_DOOR"]
EMU = os.environ["SCENARIO_EMU"]


def _schema_file():
    """The published schema where it lies beside the project, else ours."""
    published = os.path.join(os.environ.get("KONTINGENT_SHARED", ""), "smev/xsd/adapter-service",
                             "smev-service-adapter-types.xsd")
    ours = os.path.join(os.environ.get("SCENARIO_SOURCE", ""),
                        "xsd/schemas/adapter-service/types.xsd")
    return published if os.path.exists(published) else ours


SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
SCHEMA = etree.XMLSchema(etree.parse(_schema_file()))


class Valid(Plugin):
    """Looks at each answer as it came: what stands in Body, or the fault's detail."""

    seen, wrong = {}, []

    def ingress(self, envelope, http_headers, operation):
        part = envelope.find(SOAP + "Body")[0]
        if part.tag == SOAP + "Fault":
            part = part.find("detail")[0]
        name = etree.QName(part).localname
        # Nothing waits: the schema has no word for that.
        if name == "QueryResult" and len(part) == 0:
            return envelope, http_headers
        message = part.find("{%s}Message" % NS)
        if message is not None:
            name += " " + dict(message.attrib).popitem()[1].split(":")[1]
        self.seen[name] = self.seen.get(name, 0) + 1
        alone = etree.fromstring(etree.tostring(part))
        if not SCHEMA.validate(alone):
            self.wrong.append(f"{name}: {SCHEMA.error_log.last_error}")
        return envelope, http_headers


class Door:
    """One system behind the door, with its key."""

    def __init__(self, system, key, basic=False):
        session = requests.Session()
        session.trust_env = False
        if basic:
            session.auth = (system, key)
        elif key:
            session.headers["Authorization"] = "Bearer " + key
        self.system = system
        self.client = Client(URL + "?wsdl", transport=Transport(session=session, timeout=30),
                             settings=Settings(strict=True, xml_huge_tree=True),
                             plugins=[Valid()])
        self.types = self.client.type_factory(NS)

    def send(self, system=None, **message):
        return self.client.service.Send(itSystem=system or self.system, **message).MessageId

    def request(self, client_id, content, system=None, **metadata):
        return self.send(system, RequestMessage={
            "RequestMetadata": dict(clientId=client_id, **metadata),
            "RequestContent": {"content": {"MessagePrimaryContent": {"_value_1": content}}}})

    def response(self, client_id, reply_to, **content):
        return self.send(ResponseMessage={
            "ResponseMetadata": {"clientId": client_id, "replyToClientId": reply_to},
            "ResponseContent": content})

    def answer(self, client_id, reply_to, content):
        return self.response(client_id, reply_to,
                             content={"MessagePrimaryContent": {"_value_1": content}})

    def get(self, what=None, node=None):
        query = {"messageTypeCriteria": what} if what else None
        result = self.client.service.Get(itSystem=self.system, nodeId=node, specificQuery=query)
        return result if result is not None and result.Message is not None else None

    def wait(self, seconds=30, **query):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            result = self.get(**query)
            if result is not None:
                return result
            time.sleep(0.1)
        return None

    def find(self, **criteria):
        found = self.client.service.Find(itSystem=self.system, specificQuery=criteria)
        if found is None:
            return []
        return found if isinstance(found, list) else found.QueryResult

    def find_id(self, client_id, criteria):
        return self.find(messageClientIdCriteria={"clientId": client_id,
                                                  "clientIdCriteria": criteria})


def ask(text, **attributes):
    """A business document, with a prefix that only a value uses."""
    root = etree.fromstring(
        f'<d:Ask xmlns:d="{TEST_NS}" xmlns:v="urn://x-test/values"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        '<d:Who xsi:type="v:Кто"/></d:Ask>')
    root[0].text = text
    return root


def answer(text):
    root = etree.Element("{%s}Answer" % TEST_NS)
    root.text = text
    return root


def content_of(message):
    part = getattr(message, "RequestContent", None) or message.ResponseContent
    return part.content.MessagePrimaryContent._value_1


def kind_of(result):
    return type(result.Message).__name__


def fault_of(call, *args, **kwargs):
    """The fault that the call ends with: (element, code, text)."""
    try:
        call(*args, **kwargs)
    except Fault as fault:
        detail = fault.detail[0] if fault.detail is not None and len(fault.detail) else None
        if detail is None:
            return ("none", "", str(fault))
        return (etree.QName(detail).localname, detail[0].text, detail[1].text)
    return ("done", "", "")


def emu_script(lines):
    urllib.request.urlopen(EMU + "/emu/script", data=lines.encode(), timeout=10).read()


def emu_send(sender, document):
    urllib.request.urlopen(EMU + "/emu/send?from=" + sender, data=document, timeout=10).read()


def ctl(*words):
    return subprocess.run([os.environ["SCENARIO_CTL"], "-c", os.environ["SCENARIO_CONF"], *words],
                          capture_output=True, text=True, timeout=30, check=False).stdout


def check(name, wanted, got):
    print(f"ok {name}" if wanted == got else f"not ok {name}: wanted {wanted!r}, got {got!r}",
          flush=True)


def truth(name, good, got=""):
    print(f"ok {name}" if good else f"not ok {name}: {got}", flush=True)
