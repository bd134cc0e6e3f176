"""
Any endpoint that speaks OpenAI's chat completions: YandexGPT, vLLM, Ollama, llama.cpp.

A key is optional, because a model of one's own in the next room has none.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from beautybot.kit.http import HttpCaller, NoAnswer
from beautybot.llm.base import Finish, LLMMisconfigured, LLMUnavailable, Request
from beautybot.llm.steady import Steady
from beautybot.llm.terms import Terms
from beautybot.llm.wire import Form, Heard, NotThisWay, TooLong, TryAgain, is_refusal
from beautybot.settings import Settings

STREAMS = 8
CALL_S = 20.0
YANDEX = "gpt://"


def build(settings: Settings) -> Steady:
    """The endpoint of the settings, ready to be asked."""
    wire = OpenAIWire(
        base_url=settings.openai_base_url or "",
        key=settings.openai_api_key,
        model=settings.openai_model or "",
    )
    terms = Terms(price=settings.openai_price, abroad=settings.openai_abroad)
    return Steady(wire, streams=STREAMS, terms=terms)


class OpenAIWire:
    """One endpoint with one model."""

    name = "the OpenAI-compatible model"

    def __init__(self, *, base_url: str, key: str | None, model: str) -> None:
        self._url = f"{base_url.rstrip('/')}/chat/completions"
        self._model = model
        self._headers = _headers(key, model)
        self._http = HttpCaller(timeout_s=CALL_S)

    async def send(self, request: Request, form: Form) -> Heard:
        """One call; errors are those of `Wire.send`."""
        asked = str(uuid4())
        headers = {**self._headers, "X-Request-ID": asked}
        body = _body(request, self._model, form)
        try:
            answer = await self._http.call("POST", self._url, headers=headers, json=body)
        except NoAnswer as error:
            raise TryAgain(f"OPENAI_BASE_URL cannot be reached ({error})") from None
        if answer.status != 200:
            raise _meaning(answer.status, answer.headers.get("retry-after", ""))
        return _heard(answer.body, form, asked)

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.close()


def _headers(key: str | None, model: str) -> dict[str, str]:
    if not key:
        return {}
    if model.startswith(YANDEX):  # gpt://<folder>/<model>: Yandex wants the folder beside the key
        folder = model.removeprefix(YANDEX).split("/", 1)[0]
        return {
            "Authorization": f"Api-Key {key}",
            "OpenAI-Project": folder,
            "x-data-logging-enabled": "false",
        }
    return {"Authorization": f"Bearer {key}"}


def _body(request: Request, model: str, form: Form) -> dict[str, Any]:
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": m.role, "content": m.text} for m in request.messages],
        "temperature": request.temperature,
        "max_tokens": request.max_tokens,
    }
    if form is Form.SCHEMA:
        body["response_format"] = {
            "type": "json_schema",
            "json_schema": {"name": "answer", "schema": request.schema},
        }
    elif form is Form.FUNCTION:
        function = {"name": "answer", "parameters": request.schema}
        body["tools"] = [{"type": "function", "function": function}]
        body["tool_choice"] = {"type": "function", "function": {"name": "answer"}}
    return body


def _heard(body: Any, form: Form, asked: str) -> Heard:
    try:
        choice = body["choices"][0]
        message = choice["message"]
        text = str(message.get("content") or "")
        if form is Form.FUNCTION and message.get("tool_calls"):
            function = message["tool_calls"][0]["function"]
            text = str(function["arguments"]) if function.get("name") == "answer" else ""
        usage = body.get("usage") or {}
        finish = _finish(str(choice.get("finish_reason") or "stop"), message, text)
        return Heard(
            text=text if finish is not Finish.FILTERED else "",
            finish=finish,
            model=str(body.get("model") or ""),
            input_tokens=int(usage.get("prompt_tokens") or 0),
            output_tokens=int(usage.get("completion_tokens") or 0),
            request_id=asked,
        )
    except (LookupError, TypeError, AttributeError, ValueError):
        raise LLMUnavailable("the endpoint of OPENAI_BASE_URL answered oddly") from None


def _finish(reason: str, message: dict[str, Any], text: str) -> Finish:
    if reason == "content_filter" or message.get("refusal") or is_refusal(text):
        return Finish.FILTERED
    return Finish.LENGTH if reason == "length" else Finish.STOP


def _meaning(status: int, retry_after: str) -> Exception:
    match status:
        case 400 | 422:
            return NotThisWay("the endpoint refuses this form")
        case 401 | 403:
            return LLMMisconfigured("the endpoint of OPENAI_BASE_URL refuses OPENAI_API_KEY")
        case 402:
            return LLMMisconfigured("the money for OPENAI_MODEL is used up")
        case 404 | 405:
            return LLMMisconfigured("no such OPENAI_MODEL, or a wrong OPENAI_BASE_URL")
        case 413:
            return TooLong("the prompt is too long")
        case 429:
            after = float(retry_after) if retry_after.isdigit() else 0.0
            return TryAgain("the endpoint of OPENAI_BASE_URL is busy", after_s=after, full=True)
        case _ if 300 <= status < 400:
            return LLMMisconfigured("OPENAI_BASE_URL redirects: give the address it leads to")
        case _:
            return TryAgain(f"the endpoint of OPENAI_BASE_URL answered {status}")
