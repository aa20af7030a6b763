"""One question to a language model: its reply checked, and repaired once where it does not fit."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import partial
from operator import attrgetter

from optimizer_core.data.schema import Schema
from optimizer_core.errors import FormatRejected, InvalidAnswer, ModelAccessDenied, ModelRefused
from optimizer_core.json_values import storable
from optimizer_core.models.answers import Answers, Made
from optimizer_core.models.base import FORMS, Answer, ChatAnswer, ChatRequest, Transport
from optimizer_core.models.calls import Caller, Tab
from optimizer_core.models.forms import forms_for, remember
from optimizer_core.models.journal import Entry
from optimizer_core.models.json_answer import read_answer, repair_request
from optimizer_core.models.question_key import question_key

#: The fields of a reply beside what it took.
_SAID = tuple(each.name for each in fields(ChatAnswer) if each.name != "usage")
_said = attrgetter(*_SAID)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Asks through a transport, unless the answer is known; the caller makes the attempts."""

    transport: Transport
    caller: Caller
    answers: Answers[ChatAnswer]

    async def answer(self, request: ChatRequest, schema: Schema | None, tab: Tab) -> Answer:
        """Ask, and where the answer does not fit ask once more with the problems listed.

        Raises:
            ModelRefused: the model or a content filter refused.
            InvalidAnswer: nothing usable came, after one repair.
            ModelError: the attempts failed.
        """
        if schema is None:
            reply = await self._ask(request, tab)
            if not reply.text.strip():
                raise InvalidAnswer(f"{request.model} answered with nothing{_cut(reply, request)}")
            return Answer(
                value={"content": reply.text}, usage=tab.usage, reasoning=reply.reasoning, cached=not tab.usage.calls
            )
        request, reply = await self._ask_for_json(request, tab)
        value, problems = read_answer(reply.text, schema)
        if problems and not _cut(reply, request):
            reply = await self._ask(_repair(request, reply, problems, schema), tab)
            value, problems = read_answer(reply.text, schema)
        if value is None or problems:
            raise InvalidAnswer(
                f"the answer of {request.model} does not fit: {'; '.join(problems[:3])}{_cut(reply, request)}; "
                f"it began with {reply.text[:120]!r}"
            )
        return Answer(value=value, usage=tab.usage, reasoning=reply.reasoning, cached=not tab.usage.calls)

    async def _ask_for_json(self, request: ChatRequest, tab: Tab) -> tuple[ChatRequest, ChatAnswer]:
        """Ask in a form that the server knows, and return it with the reply."""
        for question in forms_for(request):
            try:
                reply = await self._ask(question, tab)
            except FormatRejected:
                continue
            if question.form != FORMS[0]:
                remember(question)
            return question, reply
        raise AssertionError("the last form returns or raises")

    async def _ask(self, request: ChatRequest, tab: Tab) -> ChatAnswer:
        try:
            reply = await self._reply(request, tab)
        except FormatRejected as error:
            if request.schema is not None and request.form != FORMS[-1]:
                raise
            # There is no simpler way to ask, so something else was rejected.
            raise ModelAccessDenied(str(error)) from error
        if reply.refusal or reply.finish_reason == "content_filter":
            said = reply.refusal[:300] or "its content filter ended the answer"
            raise ModelRefused(f"{request.model} refused: {said}")
        return reply

    async def _reply(self, request: ChatRequest, tab: Tab) -> ChatAnswer:
        async def make(_: list[str]) -> list[Made[ChatAnswer]]:
            own = Tab(meter=tab.meter, role=tab.role, repeat=tab.repeat)
            try:
                reply = await self.caller.call(lambda: self.transport.chat(request), own)
            finally:
                tab.add(own.usage)
            reply = _storable(reply)  # what goes on is what the journal keeps, and what a repair can send
            return [Made(value=reply, entry=partial(_entry, request, reply, own))]

        (reply,) = await self.answers.get([question_key(request, tab.repeat)], make, meter=tab.meter)
        return reply


def _storable(reply: ChatAnswer) -> ChatAnswer:
    """Return a reply whose texts any database and server takes."""
    texts = (reply.text, reply.reasoning, reply.refusal)
    mended = tuple(storable(text) for text in texts)
    if mended == texts:
        return reply
    text, reasoning, refusal = mended
    return replace(reply, text=text, reasoning=reasoning, refusal=refusal)


def _entry(request: ChatRequest, reply: ChatAnswer, tab: Tab) -> Entry:
    return Entry(
        role=tab.role.value,
        model=request.model,
        request={
            "messages": request.messages,
            "schema": request.schema,
            "form": request.form,
            "settings": request.settings,
            "api_base": request.api_base,
            "repeat": tab.repeat,
        },
        answer=dict(zip(_SAID, _said(reply), strict=True)),
        usage=tab.usage,
    )


def reply_of(entry: Entry) -> ChatAnswer:
    """Return the reply that the journal kept."""
    return ChatAnswer(**entry.answer, usage=entry.usage)


def _repair(request: ChatRequest, reply: ChatAnswer, problems: list[str], schema: Schema) -> ChatRequest:
    correction = (
        {"role": "assistant", "content": reply.text},
        {"role": "user", "content": repair_request(problems, schema)},
    )
    return replace(request, messages=(*request.messages, *correction))


def _cut(reply: ChatAnswer, request: ChatRequest) -> str:
    if reply.finish_reason != "length":
        return ""
    limit = request.settings.get("max_tokens")
    return f" (cut off at max_tokens={limit}; raise it)" if limit else " (cut off at its token limit; set max_tokens)"
