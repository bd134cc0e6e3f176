"""A yes to personal data: asked for first, kept with its words, its time and its message."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, select
from town import town

from beautybot.agent import consent
from beautybot.agent.reply import phrase
from beautybot.businesses import salons
from beautybot.businesses.salons import Tone
from beautybot.conversations.models import consents, messages
from beautybot.demo.fakes.graph_people import WaClient
from beautybot.kit.db import Database, across_salons

OLGA = WaClient("79161112233", name="Ольга Канарейкина")
RULES = "https://romashka.example/rules"


async def test_the_proof_is_of_the_words_that_were_shown(db: Database, tmp_path: Path) -> None:
    """In the salon's own tone and with its own rules; before the yes there is no proof."""
    async with town(db, tmp_path) as here:
        kept = replace(here.salon.settings, privacy_url=RULES)
        settings = salons.settings_json(kept)
        await db.write(salons.change, here.salon.id, settings=settings, tone=Tone.FORMAL)
        before, heard = await db.read(proofs), ""
        for line in ("хочу на маникюр", "1", "да", "да"):
            heard += await here.whatsapp(OLGA, line)
        (proof,) = await db.read(proofs)
        salon = await db.read(salons.by_slug, "romashka")
        said = await db.read(text_of, proof.message_id)

    assert RULES in heard and before == []
    assert proof.text_version == consent.TEXT_VERSION
    assert proof.text_hash == consent.shown_hash(salon)
    assert proof.text_hash != consent.shown_hash(here.salon), "control: other words, another hash"
    assert (proof.channel, said) == ("whatsapp", "да")


def test_every_wording_of_the_question_has_a_hash_of_its_own() -> None:
    """Whoever changes the words must change the version: the texts are pinned by it."""
    shown = {
        (key, tone): phrase(key, tone)
        for key in ("booking.consent", "booking.consent_with_policy")
        for tone in Tone
    }

    assert all("данн" in text for text in shown.values())
    assert "{policy}" in shown["booking.consent_with_policy", Tone.FRIENDLY]


def proofs(conn: Connection) -> list[Row[Any]]:
    return list(conn.execute(across_salons(select(consents))).all())


def text_of(conn: Connection, message_id: int) -> str:
    found = across_salons(select(messages.c.text).where(messages.c.id == message_id))
    return str(conn.execute(found).scalar_one())
