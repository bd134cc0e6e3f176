"""Which language a client writes in."""

from __future__ import annotations

import pytest

from beautybot.agent.reply import phrase
from beautybot.businesses.salons import Tone
from beautybot.russian.languages import language_of
from beautybot.russian.reading import read, table


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Hello, I'd like a haircut tomorrow", "en"),
        ("Сәлеметсіз бе, маникюр қанша тұрады?", "kk"),
        ("ертең кешке болады ма?", "kk"),
        ("Assalomu alaykum, narxi qancha?", "uz"),
        ("Саламатсызбы, чач канча турат?", "ky"),
        ("лутфан, мехоҳам фардо", "tg"),
        ("Вітаю, скільки коштує манікюр?", "uk"),
        ("Merhaba, yarın için randevu almak istiyorum", "tr"),
        ("Salam, qiyməti neçədir?", "az"),
        ("Guten Tag, ich möchte einen Termin", "xx"),
        ("你好", "xx"),
        ("გამარჯობა", "xx"),
        ("privet hochu na manikyur zavtra", "ru"),
        ("ghbdtn", "ru"),
        ("ok", "ru"),
        ("рахмет", "ru"),
        ("можна на стрижку в суботу?", "ru"),
        ("Айгүл", "kk"),
        ("👍", "ru"),
        ("", "ru"),
        ("12:30", "ru"),
    ],
)
def test_the_language_of_a_message(text: str, language: str) -> None:
    """Russian also in Latin letters and in a wrong layout; two shared words decide nothing."""
    assert language_of(read(text)) == language


def test_every_language_has_words_of_ours() -> None:
    """What can be recognised can be answered."""
    for code in {*table("languages")["words"], "en"}:
        assert phrase(f"greeting.speaks_{code}", Tone.FRIENDLY)
