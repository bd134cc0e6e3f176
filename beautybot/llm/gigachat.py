"""
GigaChat by its official SDK, v2 contract.

The SDK reads GIGACHAT_* variables by itself, sleeps a server's Retry-After in
full and prints credentials in its errors; so every option is given here, its
retries are off, and no text of its errors leaves this module.
"""

from __future__ import annotations

import asyncio
import base64
import json
import ssl
from typing import Any
from uuid import uuid4

import httpx
from gigachat import GigaChatAsyncClient
from gigachat.context import request_id_cvar, session_id_cvar
from gigachat.exceptions import GigaChatException, ResponseError

from beautybot.kit import clock, log
from beautybot.llm.base import (
    Finish,
    LLMMisconfigured,
    LLMUnavailable,
    Probe,
    Purpose,
    Reply,
    Request,
    Said,
)
from beautybot.llm.circuit import Breaker
from beautybot.llm.json_reading import read_object
from beautybot.llm.queueing import FairQueue
from beautybot.settings import Settings, hide_from_libraries

logger = log.get(__name__)
CALL_S = 20.0
FILTERED = (
    "blacklist",
    "request_blacklist",
    "response_blacklist",
    "request_filter",
    "request_whitelist",
)
CANNED = (
    "Не люблю менять тему разговора",
    "Что-то в вашем вопросе меня смущает",
    "Как у нейросетевой языковой модели",
)
# How structured answers are asked for: each account can do some of these.
LADDER = ("json_schema", "function", "prompt")


class GigaChatModel:
    """One account of GigaChat: its streams, its breaker, and the rung it can do."""

    name = "gigachat"

    def __init__(self, settings: Settings) -> None:
        self._model = settings.gigachat_model
        self._settings = settings
        self._client: GigaChatAsyncClient | None = None
        self._queue = FairQueue(settings.gigachat_max_streams)
        self._breaker = Breaker()
        self._rung = 0

    async def complete(self, request: Request) -> Reply:
        """One answer before the deadline; LLMUnavailable or LLMMisconfigured otherwise."""
        started = clock.monotonic()
        self._breaker.check()
        try:
            async with asyncio.timeout(request.deadline_s):
                async with self._queue.turn(request.tenant):
                    reply = await self._ask(request, started)
        except TimeoutError:
            self._breaker.failed()
            raise LLMUnavailable("GigaChat did not answer in time") from None
        except LLMMisconfigured:
            self._breaker.failed()
            raise
        except LLMUnavailable:
            self._breaker.failed()
            raise
        self._breaker.worked()
        return reply

    async def probe(self) -> Probe:
        """One tiny call."""
        request = Request(
            Purpose.UNDERSTAND, (Said("user", "да"),), "probe", "probe", CALL_S, max_tokens=5
        )
        try:
            reply = await self._ask(request, clock.monotonic())
        except LLMUnavailable as error:
            return Probe(False, (str(error),))
        return Probe(True, (f"GigaChat answers as {reply.model}",))

    async def close(self) -> None:
        """Give the connections back."""
        if self._client is not None:
            await self._client.aclose()

    async def _ask(self, request: Request, started: float) -> Reply:
        """Step down the ladder until the account takes the request; remember where."""
        while True:
            rung = LADDER[self._rung] if request.schema else "text"
            try:
                answer = await self._call(_body(request, self._model, rung), request)
            except _NotThisWay:
                if request.schema is None or self._rung + 1 >= len(LADDER):
                    raise LLMUnavailable("GigaChat refuses our requests") from None
                self._rung += 1
                logger.info("GigaChat: another way of structured answers", way=LADDER[self._rung])
                continue
            return _reply(answer, request, clock.monotonic() - started)

    async def _call(self, body: dict[str, Any], request: Request) -> dict[str, Any]:
        for attempt in (1, 2):
            try:
                session_id_cvar.set(request.session)
                request_id_cvar.set(str(uuid4()))
                answer = await self._open().achat.create(body)
                found: dict[str, Any] = answer.model_dump()
                return found
            except ResponseError as error:
                if not _again(error.status_code) or attempt == 2:
                    raise _meaning(error.status_code) from None
            except (httpx.HTTPError, OSError) as error:
                if attempt == 2:
                    raise _unreachable(error) from None
            except (GigaChatException, ValueError) as error:
                raise LLMUnavailable(f"GigaChat answered oddly ({type(error).__name__})") from None
            await asyncio.sleep(0.5 * attempt)
        raise LLMUnavailable("GigaChat does not answer")

    def _open(self) -> GigaChatAsyncClient:
        if self._client is None:
            settings = self._settings
            hide_from_libraries("GIGACHAT_")
            self._client = GigaChatAsyncClient(
                base_url=settings.gigachat_base_url.rstrip("/"),
                auth_url=settings.gigachat_auth_url,
                credentials=_credentials(settings),
                scope=settings.gigachat_scope,
                model=settings.gigachat_model,
                timeout=CALL_S,
                max_retries=0,
                verify_ssl_certs=True,
                ssl_context=_roots(settings.gigachat_ca_bundle_file),
            )
        return self._client


class _NotThisWay(Exception):
    """The account cannot answer in this form."""


def _body(request: Request, model: str, rung: str) -> dict[str, Any]:
    options: dict[str, Any] = {
        "temperature": max(request.temperature, 0.001),
        "max_tokens": request.max_tokens,
    }
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": m.role, "content": [{"text": m.text}]} for m in request.messages],
        "model_options": options,
    }
    if rung == "json_schema":
        options["response_format"] = {
            "type": "json_schema",
            "schema": request.schema,
            "strict": True,
        }
    elif rung == "function":
        answer = {
            "name": "answer",
            "description": "Ответ в заданной форме",
            "parameters": request.schema,
        }
        body["tools"] = [{"functions": {"specifications": [answer]}}]
        body["tool_config"] = {"mode": "forced", "function_name": "answer"}
    elif rung == "prompt":
        ask = "Ответь одним объектом JSON по схеме: " + json.dumps(
            request.schema, ensure_ascii=False
        )
        body["messages"][0]["content"].append({"text": ask})
    return body


def _reply(answer: dict[str, Any], request: Request, seconds: float) -> Reply:
    messages = answer.get("messages") or [{}]
    parts = messages[0].get("content") or []
    text = "".join(str(p.get("text") or "") for p in parts)
    reason = str(answer.get("finish_reason") or messages[0].get("finish_reason") or "stop")
    finish = Finish.LENGTH if reason == "length" else Finish.STOP
    if reason in FILTERED or text.lstrip().startswith(CANNED):
        finish, text = Finish.FILTERED, ""
    data = None
    if request.schema is not None and finish is not Finish.FILTERED:
        call = next((p["function_call"] for p in parts if p.get("function_call")), None)
        given = call.get("arguments") if isinstance(call, dict) else text
        data = given if isinstance(given, dict) else read_object(str(given or ""))
        if data is None:
            raise LLMUnavailable("GigaChat did not answer in the asked form")
    usage = answer.get("usage") or {}
    return Reply(
        text=text,
        finish=finish,
        model=str(answer.get("model") or ""),
        data=data,
        input_tokens=int(usage.get("input_tokens") or 0),
        output_tokens=int(usage.get("output_tokens") or 0),
        seconds=seconds,
    )


def _again(status: int) -> bool:
    return status == 429 or status >= 500


def _meaning(status: int) -> Exception:
    match status:
        case 400 | 422:
            return _NotThisWay()
        case 401:
            return LLMMisconfigured(
                "GigaChat refuses GIGACHAT_CLIENT_ID and GIGACHAT_CLIENT_SECRET"
            )
        case 402:
            return LLMMisconfigured("the tokens of GIGACHAT_MODEL are used up")
        case 403:
            return LLMMisconfigured("GIGACHAT_SCOPE does not allow this request")
        case 404:
            return LLMMisconfigured("no such GIGACHAT_MODEL, or a wrong GIGACHAT_BASE_URL")
        case 429:
            return LLMUnavailable("all streams of GigaChat are busy")
        case _:
            return LLMUnavailable(f"GigaChat answered {status}")


def _unreachable(error: Exception) -> LLMUnavailable:
    if "CERTIFICATE" in str(error).upper():
        return LLMMisconfigured(
            "GigaChat's certificate is not trusted: put the Russian Trusted Root CA "
            "into GIGACHAT_CA_BUNDLE_FILE"
        )
    return LLMUnavailable(f"GigaChat cannot be reached ({type(error).__name__})")


def _credentials(settings: Settings) -> str:
    """The authorization key: made of id and secret, or pasted ready into the secret."""
    client_id, secret = settings.gigachat_client_id or "", settings.gigachat_client_secret or ""
    try:
        if base64.b64decode(secret, validate=True).decode().startswith(f"{client_id}:"):
            return secret
    except ValueError:
        pass
    return base64.b64encode(f"{client_id}:{secret}".encode()).decode()


def _roots(bundle: str | None) -> ssl.SSLContext:
    """The usual roots, and the given ones beside them."""
    context = ssl.create_default_context()
    if bundle:
        try:
            context.load_verify_locations(bundle)
        except (OSError, ssl.SSLError) as error:
            raise LLMMisconfigured(
                f"GIGACHAT_CA_BUNDLE_FILE must be a readable PEM file: {type(error).__name__}"
            ) from None
    return context
