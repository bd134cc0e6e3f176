"""
What the Bot API's refusals mean.  https://core.telegram.org/bots/api#making-requests
"""

from __future__ import annotations

from beautybot.channels.base import Scope, SendError, SendProblem
from beautybot.kit.http import Answer

_GONE = ("chat not found", "peer_id_invalid", "user is deactivated", "blocked")
# The owner took the bot out of her account, or her chat with the client is older than a day.
_OWNERS_CHAT_CLOSED = ("business_connection_", "business_peer_")
_HARMLESS = (
    "message is not modified",
    "query is too old",
    "message to delete not found",
    "message can't be edited",
)
_TOKEN_WORDS = (
    "Telegram не принимает токен бота: его отозвали в @BotFather. "
    "Вставьте новый токен в настройках."
)


def from_answer(answer: Answer) -> SendError:
    """The error of an answer that is not `ok`."""
    body = answer.body if isinstance(answer.body, dict) else {}
    words = str(body.get("description", ""))
    low = words.lower()
    status = int(body.get("error_code") or answer.status)
    if status == 429:
        parameters = body.get("parameters")
        wait = parameters.get("retry_after") if isinstance(parameters, dict) else None
        return SendError(
            SendProblem.THROTTLED,
            words,
            retry_after_s=float(wait) if isinstance(wait, int | float) else 1.0,
            scope=Scope.CONVERSATION,
        )
    if status >= 500:
        return SendError(SendProblem.AMBIGUOUS, f"HTTP {status}")
    if status in (401, 404):
        return SendError(SendProblem.CREDENTIALS, words, owner_words=_TOKEN_WORDS)
    if any(sign in low for sign in _OWNERS_CHAT_CLOSED):
        return SendError(SendProblem.WINDOW_CLOSED, words)
    if status == 403 or any(sign in low for sign in _GONE):
        return SendError(SendProblem.RECIPIENT_GONE, words)
    return SendError(SendProblem.REJECTED, words or f"HTTP {status}")
