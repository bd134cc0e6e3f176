"""
Proof that a delivery is Meta's: an HMAC over the raw bytes, before anything is parsed.

https://developers.facebook.com/docs/graph-api/webhooks/getting-started
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence

HEADER = b"x-hub-signature-256"
PREFIX = b"sha256="


def verify(body: bytes, header: str | None, secrets: Sequence[str]) -> int | None:
    """
    The index of the app secret that signed the body; None if none did.

    `header` is X-Hub-Signature-256 as it came.  Never raises: a header that is
    not ASCII simply does not fit.
    """
    if not header:
        return None
    given = header.encode("utf-8", "surrogateescape")
    found = None
    for index, secret in enumerate(secrets):
        digest = hmac.digest(secret.encode(), body, "sha256").hex().encode()
        if hmac.compare_digest(PREFIX + digest, given) and found is None:
            found = index
    return found


def handshake(query: Mapping[str, str], verify_token: str) -> tuple[int, bytes]:
    """
    Meta's one GET: status and body.

    200 with exactly the challenge; 403 for a wrong or missing token or mode;
    400 without a challenge.  The token proves nothing about a POST.
    """
    token = query.get("hub.verify_token", "").encode("utf-8", "surrogatepass")
    right = hmac.compare_digest(token, verify_token.encode())
    if query.get("hub.mode") != "subscribe" or not right:
        return 403, b""
    challenge = query.get("hub.challenge", "")
    if not challenge:
        return 400, b""
    return 200, challenge.encode("utf-8", "replace")
