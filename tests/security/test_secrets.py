"""
No secret in the repository: every tracked file is searched for keys as their makers shape them.

Scanners at large miss a Telegram token inside an address, Meta's tokens and
GigaChat's keys; these patterns do not.
"""

from __future__ import annotations

import base64
import re
import secrets
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SHAPES = {
    "a Telegram bot's token": r"(?<!\d)\d{8,10}:A[A-Za-z0-9_-]{34}(?![A-Za-z0-9_-])",
    "a Meta access token": r"\bEAA[A-Za-z0-9]{60,}",
    "a GigaChat authorization key": r"(?<![\w+/])"
    r"(?:[A-Za-z0-9+/]{4}){24,25}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?(?![\w+/=])",
    "a private key": r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----",
    "an OpenAI-like key": r"\bsk-(?:proj-)?[A-Za-z0-9_-]{40,}",
    "a Yandex Cloud key": r"\bAQVN[A-Za-z0-9_-]{35,}",
    "an AWS key": r"\bAKIA[0-9A-Z]{16}\b",
    "a GitHub token": r"\bgh[pousr]_[A-Za-z0-9]{36,}",
    "a Slack token": r"\bxox[abprs]-[A-Za-z0-9-]{20,}",
    "a password in an address": r"\b(?:postgres(?:ql)?|https?|smtps?)://[^\s:/@]+:"
    r"(?!(?:p|pw|pass|password|secret|s3cret|\$\{|•|\{|hunter2)[^@]*@)[^\s/@]{8,}@",
    "an assigned secret": r"(?im)^(?:export )?"
    r"(?:ENCRYPTION_KEYS|BACKUP_KEY|GIGACHAT_CLIENT_SECRET|WHATSAPP_APP_SECRET|SMTP_PASSWORD"
    r"|TELEGRAM_BOT_TOKEN|OPENAI_API_KEY|POSTGRES_PASSWORD)=[A-Za-z0-9+/_-]{16,}",
}
UUIDS = re.compile(rb"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}:")
# Made up for tests, and written so that everybody sees it.
MADE_UP = re.compile(r"kenar|canary|example|0123456789abcdef|xxxx|(\w)\1{7}|fake|test", re.I)


def found(text: str) -> list[str]:
    """What in a text has the shape of a secret and is not made up."""
    seen = []
    for what, shape in SHAPES.items():
        for match in re.finditer(shape, text):
            if what == "a GigaChat authorization key" and not _is_gigachats(match[0]):
                continue
            if not MADE_UP.search(match[0]):
                seen.append(f"{what}: {match[0][:12]}…")
    return seen


def _is_gigachats(text: str) -> bool:
    """Base64 of two UUIDs with a colon between."""
    try:
        return bool(UUIDS.match(base64.b64decode(text)))
    except ValueError:
        return False


def tracked() -> list[Path]:
    """Every file that would be published."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False, text=True
    )
    names = listed.stdout.split("\0") if listed.returncode == 0 else []
    files = [ROOT / name for name in names if name] or list(ROOT.glob("[!.]*/**/*"))
    return [f for f in files if f.is_file() and f.suffix not in (".png", ".lock")]


def test_no_secret_is_in_the_repository() -> None:
    """Source, tests, documents, settings: nothing that opens anything."""
    files = tracked()
    leaks = {
        file.relative_to(ROOT).as_posix(): seen
        for file in files
        if (seen := found(file.read_text("utf-8", "replace")))
    }

    assert len(files) > 500
    assert leaks == {}


REAL_LOOKING = [
    f"https://api.telegram.org/bot{1234567890}:A{secrets.token_urlsafe(40)[:34]}/getMe",
    "EAA" + secrets.token_hex(60),
    base64.b64encode(
        b"5d2a1c3e-0b1f-4c8d-9a7e-1f2e3d4c5b6a:7e6d5c4b-3a2f-4e1d-8c9b-0a1b2c3d4e5f"
    ).decode(),
    "-----BEGIN " + "PRIVATE KEY-----",
    "sk-" + secrets.token_hex(24),
    "AKIA" + "QZ7RT2M4LP9WX3KD",
    "postgresql://salon:" + "Zq8vTr41mK" + "@db/salon",
    "BACKUP" + "_KEY=" + "hM3vQ9wZr1Lk7pXc2Nf8Yb5T",
]


@pytest.mark.parametrize("number", range(len(REAL_LOOKING)))
def test_each_shape_is_seen(number: int) -> None:
    """Control: a real-looking one of each."""
    assert found(f"before\n{REAL_LOOKING[number]}\nafter")
