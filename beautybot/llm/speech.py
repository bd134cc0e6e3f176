"""
Speech to text: optional, behind one Protocol; without it clients are asked to write.

The one that comes with the product speaks OpenAI's `/audio/transcriptions`,
as faster-whisper, speaches, whisper.cpp and many services do: a salon's voices
can stay on its own machine.
"""

from __future__ import annotations

from typing import Protocol

from beautybot.kit.errors import BeautyBotError
from beautybot.kit.http import HttpCaller, NoAnswer, Upload
from beautybot.settings import Settings

CALL_S = 8.0
MOST_BYTES = 5 * 1024 * 1024
MOST_WORDS = 2000
_ENDS = {"audio/ogg": "ogg", "audio/mpeg": "mp3", "audio/mp4": "m4a", "video/mp4": "mp4"}


class Unheard(BeautyBotError):
    """No words came of a sound: the service is away, refused it, or heard nothing."""


class SpeechToText(Protocol):
    """Turns a voice note into the client's own words."""

    async def words(self, sound: bytes, mime_type: str) -> str:
        """What is said, as plain text; Unheard if nothing came of it within a few seconds."""
        ...

    async def close(self) -> None:
        """Give the connections back."""
        ...


def build(settings: Settings) -> SpeechToText | None:
    """What the settings name, or None."""
    if settings.speech_base_url is None:
        return None
    return OpenAISpeech(settings.speech_base_url, settings.speech_api_key, settings.speech_model)


class OpenAISpeech:
    """Any endpoint with OpenAI's transcriptions."""

    def __init__(self, base_url: str, key: str | None, model: str) -> None:
        self._url = f"{base_url.rstrip('/')}/audio/transcriptions"
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._model = model
        self._http = HttpCaller(timeout_s=CALL_S)

    async def words(self, sound: bytes, mime_type: str) -> str:
        """One call; what comes back is a client's message and trusted no more than one."""
        if len(sound) > MOST_BYTES:
            raise Unheard("the sound is too long")
        name = f"voice.{_ENDS.get(mime_type, 'ogg')}"
        fields = {"model": self._model, "language": "ru", "response_format": "json"}
        upload = Upload("file", name, sound, mime_type or "audio/ogg", fields)
        try:
            answer = await self._http.call(
                "POST", self._url, headers=self._headers, upload=upload, timeout_s=CALL_S
            )
        except NoAnswer as error:
            raise Unheard(f"SPEECH_BASE_URL cannot be reached ({error})") from None
        heard = answer.body.get("text") if isinstance(answer.body, dict) else None
        if answer.status != 200 or not isinstance(heard, str) or not heard.strip():
            raise Unheard(f"HTTP {answer.status}, no text")
        return heard.strip()[:MOST_WORDS]

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.close()
