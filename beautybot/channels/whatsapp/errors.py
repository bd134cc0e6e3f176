"""
Meta's error codes by who can mend them.

Rate limits come as HTTP 400, so the code is read first and the status second.
https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes
"""

from __future__ import annotations

from typing import Any

from beautybot.channels.base import Scope, SendError, SendProblem
from beautybot.kit.http import Answer

_CREDENTIALS = {0, 190, 3, 10, 131005, *range(200, 300)}
_ACCOUNT = {368, 130497, 131031, 131037, 131042, 131045, 133000, 133005, 133006, 133015}
_ACCOUNT |= {133008, 133009, 133010}
_PAIR = 131056
_THROTTLED = {130429, 4, 80007, 131048, 133016}
_TRANSIENT = {1, 2, 131000, 131016, 131057, 133004}
_RECIPIENT = {131026, 131021, 131030, 131049, 131050, 130472}
_WINDOW = 131047

_TOKEN_WORDS = (
    "WhatsApp не принимает токен доступа: он отозван или истёк (временный токен живёт сутки). "
    "Создайте постоянный токен системного пользователя и сохраните его в настройках."
)
_ACCOUNT_WORDS = (
    "WhatsApp ограничил этот номер или аккаунт. Откройте кабинет Meta: там сказано, что сделать."
)


def problem_of(code: Any) -> SendProblem:
    """The class of a code, as it comes in answers and in failed statuses."""
    try:
        number = int(code)
    except (TypeError, ValueError, OverflowError):
        return SendProblem.REJECTED
    if number in _CREDENTIALS or number in _ACCOUNT:
        return SendProblem.CREDENTIALS
    if number == _PAIR or number in _THROTTLED:
        return SendProblem.THROTTLED
    if number in _TRANSIENT:
        return SendProblem.UNREACHABLE
    if number in _RECIPIENT:
        return SendProblem.RECIPIENT_GONE
    if number == _WINDOW:
        return SendProblem.WINDOW_CLOSED
    return SendProblem.REJECTED


def from_answer(answer: Answer) -> SendError:
    """The error of an answer that is not a success."""
    error = answer.body.get("error") if isinstance(answer.body, dict) else None
    if not isinstance(error, dict):
        if answer.status >= 500:
            return SendError(SendProblem.AMBIGUOUS, f"HTTP {answer.status}")
        if answer.status == 429:
            return SendError(SendProblem.THROTTLED, "HTTP 429", retry_after_s=_wait(answer))
        return SendError(SendProblem.REJECTED, f"HTTP {answer.status}")
    code = error.get("code")
    problem = problem_of(code)
    if problem is SendProblem.REJECTED and error.get("is_transient") is True:
        problem = SendProblem.UNREACHABLE
    if problem in (SendProblem.REJECTED, SendProblem.UNREACHABLE) and answer.status >= 500:
        problem = SendProblem.AMBIGUOUS
    words = _ACCOUNT_WORDS if isinstance(code, int) and code in _ACCOUNT else _TOKEN_WORDS
    return SendError(
        problem,
        details(error),
        owner_words=words if problem is SendProblem.CREDENTIALS else "",
        retry_after_s=_wait(answer) if problem is SendProblem.THROTTLED else None,
        scope=Scope.CONVERSATION if code == _PAIR else Scope.ACCOUNT,
    )


def details(error: dict[str, Any]) -> str:
    """Code and details of an error, for the log; titles change and are not used."""
    data = error.get("error_data")
    more = data.get("details") if isinstance(data, dict) else None
    return f"{str(error.get('code'))[:12]}: {more or error.get('message') or ''}"[:300]


def _wait(answer: Answer) -> float | None:
    given = answer.headers.get("retry-after", "")
    return min(float(given), 3600.0) if given.isdigit() else None
