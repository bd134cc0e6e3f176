"""
GigaChat by its official SDK, v2 contract.

The SDK reads GIGACHAT_* variables by itself, sleeps a server's Retry-After in
full and prints credentials in its errors; so every option is given here, its
retries are off, and no text of its errors leaves this module.
"""

from __future__ import annotations

import base64
import ssl
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import httpx
from gigachat import GigaChatAsyncClient
from gigachat.context import request_id_cvar, session_id_cvar
from gigachat.exceptions import GigaChatException, RateLimitError, ResponseError

from beautybot.kit import clock, log
from beautybot.kit.db import Database
from beautybot.llm.base import Finish, LLMMisconfigured, LLMUnavailable, Request, ToMend
from beautybot.llm.steady import Steady
from beautybot.llm.streams import SharedStreams
from beautybot.llm.terms import FREE, Terms
from beautybot.llm.wire import Form, Heard, NotThisWay, TooLong, TryAgain, is_refusal
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
# Tokens are bought by model: where one's are used up, a smaller one may still have some.
SMALLER = {"GigaChat-2-Max": "GigaChat-2-Pro", "GigaChat-2-Pro": "GigaChat-2"}
ASK_AGAIN_S = 3_600.0
"""After this long the model of the settings is asked again: somebody may have bought tokens."""


@dataclass(frozen=True, slots=True, repr=False)
class Account:
    """One account of GigaChat: the installation's, or a salon's own."""

    client_id: str
    secret: str
    scope: str
    model: str
    base_url: str
    auth_url: str
    ca_bundle_file: str | None = None
    streams: int = 1
    terms: Terms = FREE

    @property
    def key(self) -> str:
        """The authorization key: made of id and secret, or pasted ready into the secret."""
        try:
            ready = base64.b64decode(self.secret, validate=True).decode()
            if ready.startswith(f"{self.client_id}:"):
                return self.secret
        except ValueError:
            pass
        return base64.b64encode(f"{self.client_id}:{self.secret}".encode()).decode()


def of_settings(settings: Settings) -> Account:
    """The installation's own account."""
    return Account(
        client_id=settings.gigachat_client_id or "",
        secret=settings.gigachat_client_secret or "",
        scope=settings.gigachat_scope,
        model=settings.gigachat_model,
        base_url=settings.gigachat_base_url.rstrip("/"),
        auth_url=settings.gigachat_auth_url,
        ca_bundle_file=settings.gigachat_ca_bundle_file,
        streams=settings.gigachat_max_streams,
        terms=Terms(price=settings.gigachat_price),
    )


def build(account: Account, db: Database | None = None) -> Steady:
    """GigaChat of one account, ready to be asked; `db` where other processes share its streams."""
    wire = GigaChatWire(account)
    if db is None:
        return Steady(wire, streams=account.streams, terms=account.terms)
    shared = SharedStreams(db, account.client_id, account.streams)
    return Steady(wire, streams=account.streams, gate=shared.held, terms=account.terms)


class GigaChatWire:
    """One account of GigaChat."""

    name = "GigaChat"

    def __init__(self, account: Account, seconds: Callable[[], float] = clock.monotonic) -> None:
        self._account = account
        self._seconds = seconds
        self._used_up: dict[str, float] = {}  # models without tokens, and since when
        self._client: GigaChatAsyncClient | None = None

    async def send(self, request: Request, form: Form) -> Heard:
        """One call; errors are those of `Wire.send`."""
        asked = str(uuid4())
        session_id_cvar.set(request.session)
        request_id_cvar.set(asked)
        model = self._with_tokens()
        try:
            answer = await self._open().achat.create(_body(request, model, form))
            return replace(_heard(answer.model_dump(), form, asked), warning=self._warning(model))
        except ResponseError as error:
            if error.status_code == 402 and model in SMALLER:
                self._used_up[model] = self._seconds()
                logger.warning("GigaChat: the tokens are used up", of=model)
                return await self.send(request, form)
            raise self._meaning(error) from None
        except (httpx.HTTPError, OSError) as error:
            raise _unreachable(error) from None
        except (GigaChatException, ValueError, TypeError, AttributeError, LookupError) as error:
            raise LLMUnavailable(f"GigaChat answered oddly ({type(error).__name__})") from None

    async def close(self) -> None:
        """Give the connections back."""
        if self._client is not None:
            await self._client.aclose()

    def _with_tokens(self) -> str:
        """The model of the settings, or the next smaller one that may have tokens left."""
        model = self._account.model
        while model in SMALLER and self._seconds() - self._used_up.get(model, -1e9) < ASK_AGAIN_S:
            model = SMALLER[model]
        return model

    def _warning(self, model: str) -> str:
        wanted = self._account.model
        return "" if model == wanted else f"the tokens of {wanted} are used up, {model} answers"

    def _open(self) -> GigaChatAsyncClient:
        if self._client is None:
            account = self._account
            hide_from_libraries("GIGACHAT_")
            self._client = GigaChatAsyncClient(
                base_url=account.base_url,
                auth_url=account.auth_url,
                credentials=account.key,
                scope=account.scope,
                model=account.model,
                timeout=CALL_S,
                max_retries=0,
                max_connections=account.streams,  # else all but twenty are made anew each call
                verify_ssl_certs=True,
                ssl_context=_roots(account.ca_bundle_file),
            )
        return self._client

    def _meaning(self, error: ResponseError) -> Exception:
        if str(error.url).startswith(self._account.auth_url):
            return _refused_token(error.status_code)
        match error.status_code:
            case 400 | 422:
                return NotThisWay("GigaChat refuses this form")
            case 401:
                return _refused_token(401)
            case 402:
                return LLMMisconfigured("the tokens of GIGACHAT_MODEL are used up", ToMend.TOKENS)
            case 403:
                return LLMMisconfigured("GIGACHAT_SCOPE does not allow this request", ToMend.SCOPE)
            case 404:
                what = "no such GIGACHAT_MODEL, or a wrong GIGACHAT_BASE_URL"
                return LLMMisconfigured(what, ToMend.MODEL)
            case 413:
                return TooLong("the prompt is too long for GigaChat")
            case 429:
                after = error.retry_after if isinstance(error, RateLimitError) else 0.0
                return TryAgain("all streams of GigaChat are busy", after_s=after, full=True)
            case status:
                return TryAgain(f"GigaChat answered {status}")


def _refused_token(status: int) -> Exception:
    match status:
        case 400:
            what = "GIGACHAT_SCOPE is not the scope of this GigaChat account"
            return LLMMisconfigured(what, ToMend.SCOPE)
        case 401 | 403:
            what = "GigaChat refuses GIGACHAT_CLIENT_ID and GIGACHAT_CLIENT_SECRET"
            return LLMMisconfigured(what, ToMend.SECRET)
        case 404:
            what = "GIGACHAT_AUTH_URL is not where GigaChat gives tokens"
            return LLMMisconfigured(what, ToMend.ADDRESS)
        case 429:
            return TryAgain("GigaChat gives no more tokens for now", after_s=1.0, full=True)
        case _:
            return TryAgain(f"GigaChat's sign-in answered {status}")


def _body(request: Request, model: str, form: Form) -> dict[str, Any]:
    options: dict[str, Any] = {
        "temperature": max(request.temperature, 0.001),
        "max_tokens": request.max_tokens,
    }
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": m.role, "content": [{"text": m.text}]} for m in request.messages],
        "model_options": options,
    }
    if form is Form.SCHEMA:
        asked = {"type": "json_schema", "schema": request.schema, "strict": True}
        options["response_format"] = asked
    elif form is Form.FUNCTION:
        answer = {
            "name": "answer",
            "description": "Ответ в заданной форме",
            "parameters": request.schema,
        }
        body["tools"] = [{"functions": {"specifications": [answer]}}]
        body["tool_config"] = {"mode": "forced", "function_name": "answer"}
    return body


def _heard(answer: dict[str, Any], form: Form, asked: str) -> Heard:
    messages = answer.get("messages") or [{}]
    parts = messages[0].get("content") or []
    text = "".join(str(p.get("text") or "") for p in parts)
    reason = str(answer.get("finish_reason") or messages[0].get("finish_reason") or "stop")
    finish = Finish.LENGTH if reason == "length" else Finish.STOP
    if reason in FILTERED or is_refusal(text):
        finish, text, parts = Finish.FILTERED, "", []
    call = next((p["function_call"] for p in parts if p.get("function_call")), None)
    data = None
    if form is Form.FUNCTION and isinstance(call, dict) and call.get("name") == "answer":
        given = call.get("arguments")
        data, text = (given, text) if isinstance(given, dict) else (None, str(given or ""))
    usage = answer.get("usage") or {}
    return Heard(
        text=text,
        finish=finish,
        model=str(answer.get("model") or ""),
        data=data,
        input_tokens=int(usage.get("input_tokens") or 0),
        output_tokens=int(usage.get("output_tokens") or 0),
        request_id=asked,
    )


def _unreachable(error: Exception) -> Exception:
    if "CERTIFICATE" in str(error).upper():
        return LLMMisconfigured(
            "GigaChat's certificate is not trusted: put the Russian Trusted Root CA "
            "into GIGACHAT_CA_BUNDLE_FILE",
            ToMend.ROOTS,
        )
    return TryAgain(f"GigaChat cannot be reached ({type(error).__name__})")


def _roots(bundle: str | None) -> ssl.SSLContext:
    """The usual roots, and the given ones beside them."""
    context = ssl.create_default_context()
    if bundle:
        try:
            context.load_verify_locations(bundle)
        except (OSError, ssl.SSLError) as error:
            raise LLMMisconfigured(
                f"GIGACHAT_CA_BUNDLE_FILE must be a readable PEM file: {type(error).__name__}",
                ToMend.ROOTS,
            ) from None
    return context
