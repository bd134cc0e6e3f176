"""Voice notes, photos and other files: fetched once, capped, from the messenger's own hosts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from town import PHONE_ID, Town

from beautybot.businesses import salons
from beautybot.channels.base import MOST_MEDIA, Account, Kind, MediaError
from beautybot.channels.whatsapp import WhatsApp, media
from beautybot.conversations import attachments, history
from beautybot.conversations.attachments import Attachment
from beautybot.conversations.fetching import Fetching
from beautybot.conversations.listening import Listening
from beautybot.demo.fakes.graph_people import WaClient
from beautybot.demo.fakes.server import serving
from beautybot.demo.fakes.telegram_people import TgUser
from beautybot.kit.http import Answer
from beautybot.llm import speech
from beautybot.settings import Settings

OLGA = WaClient("79161234567", name="Ольга")
OLGA_TOO = TgUser(5_001, "Ольга")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)


@dataclass(slots=True)
class Ears:
    """A double of a speech service; `says` None answers with an error."""

    says: str | None = "сколько стоит маникюр?"
    forms: list[dict[str, object]] = field(default_factory=list)

    async def transcribe(self, request: Request) -> Response:
        """OpenAI's /audio/transcriptions."""
        async with request.form() as form:
            sound = form["file"]
            self.forms.append(
                {
                    "key": request.headers.get("authorization"),
                    "model": form["model"],
                    "language": form["language"],
                    "sound": await sound.read(),  # type: ignore[union-attr]
                }
            )
        if self.says is None:
            return JSONResponse({"error": "away"}, 503)
        return JSONResponse({"text": self.says})


async def listening(here: Town, url: str, *, abroad: bool = False) -> Listening:
    """Give the town's worker ears."""
    ears = speech.build(Settings(speech_base_url=f"{url}/v1", speech_api_key="sk-x"))
    assert ears is not None
    worker = here.worker
    worker.listening = Listening(
        Fetching(worker.db, worker.channels, worker.keyring, worker.clock), ears, abroad
    )
    return worker.listening


async def files(here: Town) -> list[Attachment]:
    """The files of the one conversation."""
    (talk,) = await here.db.read(history.listing, here.salon.id, here.hands())
    return await here.db.read(attachments.of_conversation, here.salon.id, talk.id)


async def voice(here: Town, channel: str) -> str:
    """Ольга sends a voice note; what she is answered."""
    if channel == "whatsapp":
        await here.graph.client_sends_media(PHONE_ID, OLGA, "voice", b"OggS1", "audio/ogg")
    else:
        here.telegram.client_sends_file(here.bot, OLGA_TOO, "voice", b"OggS1")
    await here.settle()
    seen = (
        here.graph.transcripts.ours(PHONE_ID, OLGA.key)
        if channel == "whatsapp"
        else here.telegram.transcripts.ours(here.bot.key, str(OLGA_TOO.id))
    )
    return seen[-1].text if seen else ""


@pytest.mark.parametrize("channel", ["whatsapp", "telegram"])
async def test_without_ears_she_is_asked_to_write_and_the_salon_has_the_note(
    here: Town, channel: str
) -> None:
    """The note itself is kept, byte for byte."""
    answer = await voice(here, channel)

    (note,) = await files(here)
    _, data = await here.db.read(attachments.contents, here.salon.id, note.id)
    assert "словами" in answer
    assert note.kind is Kind.VOICE
    assert data == b"OggS1"


@pytest.mark.parametrize("channel", ["whatsapp", "telegram"])
async def test_with_ears_a_voice_note_is_answered_like_words(here: Town, channel: str) -> None:
    """The price comes back; the words stand in the conversation, marked as heard."""
    ears = Ears()
    app = Starlette(routes=[Route("/v1/audio/transcriptions", ears.transcribe, methods=["POST"])])
    async with serving(app) as url:
        hearing = await listening(here, url)
        answer = await voice(here, channel)
        await hearing.speech.close()

    (talk,) = await here.db.read(history.listing, here.salon.id, here.hands())
    (note, *_) = await here.db.read(history.thread, here.salon.id, talk.id)
    assert "1 800" in answer
    assert (note.kind, note.text, note.payload["heard"]) == (Kind.VOICE, ears.says, True)
    assert ears.forms == [
        {"key": "Bearer sk-x", "model": "whisper-1", "language": "ru", "sound": b"OggS1"}
    ]


@pytest.mark.parametrize("trouble", ["away", "error"])
async def test_deaf_ears_cost_nobody_an_answer(here: Town, trouble: str) -> None:
    """The service is down or refuses: she is asked to write, as if there were none."""
    ears = Ears(says=None)
    app = Starlette(routes=[Route("/v1/audio/transcriptions", ears.transcribe, methods=["POST"])])
    async with serving(app) as url:
        await listening(here, url if trouble == "error" else "http://127.0.0.1:9")
        answer = await voice(here, "telegram")

    assert "словами" in answer


@pytest.mark.parametrize("allowed", [False, True])
async def test_a_voice_leaves_russia_only_where_the_salon_allows_it(
    here: Town, allowed: bool
) -> None:
    """Else she is asked to write, and nobody abroad has heard her."""
    await here.db.write(salons.update_agent, here.salon.id, abroad=allowed)
    ears = Ears()
    app = Starlette(routes=[Route("/v1/audio/transcriptions", ears.transcribe, methods=["POST"])])
    async with serving(app) as url:
        hearing = await listening(here, url, abroad=True)
        answer = await voice(here, "telegram")
        await hearing.speech.close()

    assert bool(ears.forms) is allowed
    assert ("1 800" in answer) is allowed


async def test_a_photo_beside_a_booking_reaches_the_visit(here: Town) -> None:
    """It is thanked for, the booking goes on, and the specialist's visit has the file."""
    free = replace(here.salon.settings, consent=salons.Consent.OFF)
    await here.db.write(salons.change, here.salon.id, settings=salons.settings_json(free))
    await here.telegram_says(OLGA_TOO, "запишите меня на педикюр завтра")
    here.telegram.client_sends_file(here.bot, OLGA_TOO, "photo", PNG)
    await here.settle()
    after_photo = here.telegram.transcripts.ours(here.bot.key, str(OLGA_TOO.id))[-1].text
    offered = here.telegram.transcripts.ours(here.bot.key, str(OLGA_TOO.id))
    first = next(b for b in reversed(offered) if b.choices)
    here.telegram.press(here.bot, OLGA_TOO, int(first.id), first.choices[0].id)
    await here.settle()
    for words in ("Ольга", "+79161234567", "да"):
        if not any(v.status == "booked" for v in await here.appointments()):
            await here.telegram_says(OLGA_TOO, words)

    (visit,) = [v for v in await here.appointments() if v.status == "booked"]
    (photo,) = await here.db.read(attachments.of_appointment, here.salon.id, visit.id)
    assert "мастер" in after_photo
    assert photo.kind is Kind.PHOTO and photo.is_here


async def test_an_album_is_one_message_of_many_photos(here: Town) -> None:
    """Telegram sends each photo alone, the words beside the first; the salon answers once."""
    here.telegram.start(here.bot, OLGA_TOO)
    await here.settle()
    before = len(here.telegram.transcripts.ours(here.bot.key, str(OLGA_TOO.id)))

    for n, words in enumerate(("сколько стоит педикюр?", "", "")):
        here.telegram.client_sends_file(
            here.bot, OLGA_TOO, "photo", PNG + bytes([n]), caption=words, album="a1"
        )
    await here.settle()

    said = here.telegram.transcripts.ours(here.bot.key, str(OLGA_TOO.id))[before:]
    assert ["2 400" in bubble.text for bubble in said] == [True]
    assert len(await files(here)) == 3


async def test_a_file_is_fetched_once_however_often_it_is_delivered(here: Town) -> None:
    """Meta repeats; the bytes are asked for once."""
    await here.graph.client_sends_media(PHONE_ID, OLGA, "image", PNG, "image/png")
    await here.settle()
    link_calls = [c for c in here.graph.journal if "/attachments/" in c.path]

    (photo,) = await files(here)
    fetching = Fetching(here.db, here.worker.channels, here.keyring, here.hands)
    again = await fetching.fetch(here.salon.id, photo.id)

    assert photo.mime_type == "image/png"
    assert again is False
    assert len(link_calls) == 1
    assert len([c for c in here.graph.journal if "/attachments/" in c.path]) == 1


async def test_a_file_that_is_gone_or_too_big_is_said_in_words(here: Town) -> None:
    """Telegram gives bots no more than 20 MB; nothing is retried for ever."""
    here.telegram.client_sends_file(here.bot, OLGA_TOO, "document", b"x", size=MOST_MEDIA + 1)
    await here.settle()

    (file,) = await files(here)

    assert not file.is_here
    assert file.problem is not None and "20 МБ" in file.problem


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/x",
        "https://lookaside.fbsbx.com.evil.example/x",
        "http://lookaside.fbsbx.com/x",
        "https://evil@lookaside.fbsbx.com/x",
        "https://lookaside.fbsbx.com:8443/x",
        "https://169.254.169.254/latest",
        "file:///etc/passwd",
        "//graph.facebook.com/x",
        "https://[bad/x",
        "",
    ],
)
def test_the_token_goes_to_no_other_host(url: str) -> None:
    """Whatever Meta's answer says; its own hosts are the control."""
    with pytest.raises(MediaError):
        media.link_of(Answer(200, {"url": url}), "https://graph.facebook.com/v26.0")

    good = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1"
    assert media.link_of(Answer(200, {"url": good}), "https://graph.facebook.com/v26.0") == good


async def test_bytes_beyond_the_cap_are_not_kept() -> None:
    """The other side says little and sends much: reading stops at the cap."""

    async def link(request: Request) -> Response:
        return JSONResponse({"url": f"{request.base_url}big", "mime_type": "image/jpeg"})

    async def big(_request: Request) -> Response:
        return Response(bytes(MOST_MEDIA + 5_000_000))

    app = Starlette(routes=[Route("/v26.0/1", link), Route("/big", big)])
    async with serving(app) as url:
        whatsapp = WhatsApp(f"{url}/v26.0")
        speaking = Account("1", {"access_token": "t"})
        with pytest.raises(MediaError, match="большой"):
            await whatsapp.fetch_media(speaking, {"id": "1"})
        await whatsapp.close()
