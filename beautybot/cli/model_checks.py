"""What `doctor` says of language models: do they answer, what do they cost, where do words go."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from beautybot.cli.opening import House
from beautybot.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from beautybot.businesses.salons import Business

MODEL = "language model"
BUDGET = "MODEL_DAY_BUDGET, MODEL_SALON_DAY_BUDGET"
Told = tuple[str, str, str, str]
"""About what, its state, what was found, what mends it."""


async def of(house: House) -> AsyncIterator[Told]:
    """Everything that is to be said; nothing where there is no model."""
    for told in _own_roots(house.settings.gigachat_ca_bundle_file):
        yield told
    for told in await _shared(house.settings):
        yield told
    async for told in _own(house):
        yield told
    for told in await house.db.read(_used, house.settings):
        yield told


async def _shared(settings: Settings) -> list[Told]:
    from beautybot.llm import registry

    model = registry.build(settings)
    if model is None:
        return []
    try:
        probe = await model.probe()
    finally:
        await model.close()
    state = "ok" if probe.ok else "broken"
    mend = "" if probe.ok else "the receptionist works by rules meanwhile"
    return [
        *((MODEL, state, line, mend) for line in probe.lines),
        *((MODEL, "warning", line, "GIGACHAT_MODEL") for line in probe.warnings),
    ]


async def _own(house: House) -> AsyncIterator[Told]:
    from beautybot.businesses import model_accounts, salons
    from beautybot.kit.crypto import CannotDecrypt
    from beautybot.llm import registry

    for salon in await house.db.read(salons.listing):
        about = f"{salon.slug}: GigaChat"
        mend = f"beautybot connect gigachat --business {salon.slug}"
        try:
            account = await house.db.read(model_accounts.of_business, house.keyring, salon.id)
        except CannotDecrypt as error:
            yield about, "broken", str(error), f"ENCRYPTION_KEYS, or {mend}"
            continue
        if account is None:
            continue
        probe = await registry.try_own(house.settings, account)
        yield about, "ok" if probe.ok else "broken", probe.lines[0], "" if probe.ok else mend


def _own_roots(bundle: str | None) -> Iterator[Told]:
    """The fingerprints of the roots that are trusted beside the usual ones, to be compared."""
    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256

    if bundle is None:
        return
    try:
        found = x509.load_pem_x509_certificates(Path(bundle).read_bytes())
    except (OSError, ValueError):
        what = "GIGACHAT_CA_BUNDLE_FILE must be a readable PEM file"
        yield MODEL, "broken", what, "GIGACHAT_CA_BUNDLE_FILE"
        return
    for root in found:
        mark = root.fingerprint(SHA256()).hex(":").upper()
        yield MODEL, "ok", f"trusts {root.subject.rfc4514_string()}, SHA-256 {mark}", ""


def _used(conn: Connection, settings: Settings) -> list[Told]:
    """What each salon's model cost today, how it is worded, and whose words may go abroad."""
    from beautybot.businesses import salons
    from beautybot.conversations import model_use
    from beautybot.kit import clock

    listed = salons.listing(conn)
    told = [*_regions(settings, listed)]
    now, limit = clock.now(), settings.model_salon_day_budget
    for salon in listed:
        use = model_use.of_day(conn, salon.id, now.astimezone(salon.zone).date())
        if not (use.calls or use.wordings.seen):
            continue
        spent = bool(limit) and use.kopecks >= limit * 100
        words = use.wordings
        what = (
            f"asked {use.calls} times today for {_roubles(use.kopecks, limit)}; of "
            f"{words.seen} wordings in a week {words.unfit} were unfit, {words.untrue} untrue"
        )
        state = "warning" if spent or not words.trusted else "ok"
        mend = BUDGET if spent else "" if words.trusted else "its ready phrases go as they are"
        told.append((f"{salon.slug}: model", state, what, mend))
    in_all, most = model_use.spent_in_all(conn, now.date()), settings.model_day_budget
    if in_all:
        state = "warning" if most and in_all >= most * 100 else "ok"
        mend = BUDGET if state == "warning" else ""
        told.append((MODEL, state, f"all salons: {_roubles(in_all, most)} today", mend))
    return told


def _regions(settings: Settings, listed: list[Business]) -> Iterator[Told]:
    """An address abroad helps only the salons that allow it."""
    allow = [salon.slug for salon in listed if salon.settings.model_abroad]
    for name, abroad in (("OPENAI", settings.openai_abroad), ("SPEECH", settings.speech_abroad)):
        if abroad and allow:
            yield f"{name}_BASE_URL", "note", f"is abroad; used by {', '.join(allow)}", ""
        elif abroad:
            what = "is taken for abroad, and no salon lets its clients' words go there"
            mend = f"{name}_REGION=ru if it is in Russia, or beautybot agent --abroad"
            yield f"{name}_BASE_URL", "warning", what, mend


def _roubles(kopecks: int, limit: float) -> str:
    most = f" of {limit:.0f}" if limit else ""
    return f"{kopecks / 100:.2f}{most} ₽"
