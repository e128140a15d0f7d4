"""Registry messages: each record is believed for its own signatures."""
import os
import sys

from told_smev import (Smev, acts, check, content_records, local, settled, text_of)

smev = Smev(int(os.environ["SCENARIO_SMEV_PORT"]))
mode = sys.argv[1]


def answer_code(at):
    sent = smev.wait_sent(at, "SendResponse")
    if sent is None:
        return "nothing"
    code = text_of(sent["call"], "RejectionReasonCode")
    return code or next(e.get("КодОбр") for e in sent["call"].iter() if local(e) == "ROGDZPResponse")


def send(name, *records):
    """A message of these records; returns (state, code, КодОбр or rejection)."""
    at = len(smev.sent_by("SendResponse"))
    message_id, _ = smev.put_request(content_records(*records), "1.1")
    packet = settled(smev, message_id)
    return packet.get("state"), packet.get("code"), answer_code(at)


def plain():
    known = acts()
    check("signed by its system it is applied", ("applied", "", "1"),
          send("good", {"number": 1, "sign": "zags"}))
    check("so is one signed by officials too", ("applied", "", "1"),
          send("personal", {"number": 2, "sign": "zags", "personal": ["personal", "sgo"]}))
    check("and one that nobody signed", ("applied", "", "1"), send("bare", {"number": 3}))
    check("they are known", known + 3, acts())
    state = send("mixed", {"number": 4, "sign": "zags"}, {"number": 5, "sign": "zags", "spoil": True},
                 {"number": 6, "sign": "zags", "personal": ["personal"], "spoil_content": True})
    check("a changed record is refused alone, and the answer says so", ("applied", "DSIG_DIGEST", "2"), state)
    check("the good one beside it is known", known + 4, acts())
    check("signed over something else it is refused", ("applied", "DSIG_TARGET", "2"),
          send("target", {"number": 7, "sign": "zags", "wrong_target": True}))
    check("eleven officials are too many", ("refused", "PKT_SCHEMA", "FAILURE"),
          send("many", {"number": 8, "sign": "zags", "personal": ["personal"] * 11}))
    check("all that is known", known + 4, acts())


def trusted():
    known = acts()
    check("an authority vouches for who signed", ("applied", "", "1"),
          send("good", {"number": 11, "sign": "zags", "personal": ["personal"]}))
    check("a stranger is refused", ("applied", "DSIG_TRUST", "2"),
          send("stranger", {"number": 12, "sign": "stranger"}))
    check("so is a strange official", ("applied", "DSIG_TRUST", "2"),
          send("official", {"number": 13, "sign": "zags", "personal": ["stranger"]}))
    check("and who was revoked", ("applied", "DSIG_REVOKED", "2"),
          send("revoked", {"number": 14, "sign": "revoked"}))
    check("and who is out of date", ("applied", "DSIG_EXPIRED", "2"),
          send("expired", {"number": 15, "sign": "expired"}))
    check("unsigned records are refused where signatures are demanded",
          ("applied", "SMEV_RECORD_UNSIGNED", "2"), send("bare", {"number": 16}))
    check("one is known", known + 1, acts())
    # What an authority vouches for is not SMEV by that.
    at, before = len(smev.sent_by("SendResponse")), len(smev.acked)
    smev.put_request(content_records({"number": 17, "sign": "zags"}), "1.1", key="zags")
    fresh, _ = smev.put_request(content_records({"number": 18, "sign": "zags"}), "1.1")
    check("SMEV's next message is taken", "applied", settled(smev, fresh).get("state"))
    check("one in the name of SMEV by another is neither taken nor confirmed",
          (known + 2, before + 1), (acts(), len(smev.acked)))
    smev.wait_sent(at, "SendResponse")


{"plain": plain, "trusted": trusted}[mode]()
