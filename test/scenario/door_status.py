"""What SMEV says later of a response: its system is told, and may answer again."""
from door_client import Door, answer, ask, check, content_of, ctl, emu_script, kind_of, truth

asks, answers = Door("ask-is", "ask-key"), Door("answer-is", "answer-key")
sent = asks.request("{s-1}", ask("вопрос"))
name = answers.wait().Message.RequestMetadata.clientId
emu_script("fault async-reject RecipientIsNotFound on SendResponse times 1")
first = answers.answer("r-1", name, answer("первый"))
told = answers.wait(60)
check("the system is told of its response", "ErrorMessage", kind_of(told) if told else None)
check("with the code of it", "SMEV_ASYNC_REJECTED", told.Message.fault.code)
truth("the trace of the response says so", "smev-rejected" in ctl("packet", "trace", first),
      ctl("packet", "trace", first))
check("the asker got nothing", None, asks.get())
answers.answer("r-2", name, answer("второй"))
got = asks.wait(60)
check("it may answer once more", "второй", content_of(got.Message).text if got else None)
truth("and the trace of the request ends with that", "answered" in ctl("packet", "trace", sent),
      ctl("packet", "trace", sent))
