"""Graph's errors as it sends them.  Rate limits come as HTTP 400, never as 429."""

from __future__ import annotations

from typing import Any

from beautybot.demo.fakes.faults import Fault, refused
from beautybot.demo.fakes.wire import Answer, answer_json

_TITLES = {
    1: "API Unknown",
    2: "API Service",
    3: "API Method",
    4: "API Too Many Calls",
    10: "Permission Denied",
    100: "Invalid parameter",
    190: "Error validating access token: Session has expired",
    368: "Temporarily blocked for policies violations",
    80007: "Rate limit issues",
    130429: "Rate limit hit",
    130472: "User's number is part of an experiment",
    131000: "Something went wrong",
    131005: "Access denied",
    131008: "Required parameter is missing",
    131009: "Parameter value is not valid",
    131016: "Service unavailable",
    131021: "Recipient cannot be sender",
    131026: "Message undeliverable",
    131030: "Recipient phone number not in allowed list",
    131031: "Business account has been locked",
    131047: "Re-engagement message",
    131048: "Spam rate limit hit",
    131049: "Meta chose not to deliver",
    131050: "User has stopped marketing messages",
    131051: "Unsupported message type",
    131056: "(Business Account, Consumer Account) pair rate limit hit",
    131062: "Authentication templates cannot be sent to a business-scoped user id",
    132000: "Number of parameters does not match the expected number of params",
    132001: "Template name does not exist in the translation",
    132015: "Template is paused",
    133010: "Phone number not registered",
}
_HTTP = {0: 401, 1: 500, 2: 503, 3: 500, 10: 403, 190: 401, 368: 403, 131000: 500, 131005: 403}
_HTTP |= {131016: 500, 131031: 403, 132001: 404}


def title(code: int) -> str:
    """The words Meta has for a code; they change, nobody should read them."""
    return _TITLES.get(code, "Something went wrong")


def error_body(code: int, details: str = "", *, subcode: int | None = None) -> dict[str, Any]:
    """The body of a refused call."""
    error: dict[str, Any] = {
        "message": f"(#{code}) {title(code)}",
        "type": "OAuthException",
        "code": code,
        "fbtrace_id": "AbCdEfGhIjKlMnOp",
    }
    if details:
        error["error_data"] = {"messaging_product": "whatsapp", "details": details}
    if subcode is not None:
        error["error_subcode"] = subcode
    if code in (1, 2, 131016):
        error["is_transient"] = True
    return {"error": error}


def graph_error(code: int, details: str = "", *, subcode: int | None = None) -> Answer:
    """A refused call, with the HTTP status Meta gives that code."""
    return answer_json(_HTTP.get(code, 400), error_body(code, details, subcode=subcode))


def graph_fault(code: int, details: str = "", *, method: str = "") -> Fault:
    """The same as a scripted fault: the call is not carried out."""
    return refused(_HTTP.get(code, 400), error_body(code, details), method=method)


def status_error(code: int, details: str = "") -> dict[str, Any]:
    """One entry of `statuses[].errors[]`."""
    words = title(code)
    return {
        "code": code,
        "title": words,
        "message": words,
        "error_data": {"details": details or words},
        "href": "https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes/",
    }
