"""What a question about the salon's life is about, by the words people use for it."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

NEGLIGIBLE = 3
STEM = 5
MARK = "#"

# Words a question can do without: what is left is what it is about.
_IDLE = (
    "есть можно нельзя подскажите скажите пожалуйста какой какая какие каким вами буду будет будем "
    "ничего прийти приходить приду приехать хочу хотела хотел узнать вопрос здравствуйте привет "
    "добрый вечер утро день спасибо нужно надо если меня тебя свой своей своим ваш ваша ваши вашем "
    "нибудь делать сделать делаете принимаете салон салоне салона вообще ещё еще этом быть какое "
    "мной собой вместе рядом около где-то куда откуда когда чтобы"
)
_EMPTY = frozenset(_IDLE.replace("ё", "е").split())


def words_of(text: str) -> frozenset[str]:
    """What a text is about: subjects ("#parking") and the stems of its other words."""
    plain = "".join(c if c.isalnum() or c == "-" else " " for c in text.lower().replace("ё", "е"))
    found = set()
    for word in plain.split():
        if subject := _subject(word):
            found.add(MARK + subject)
        elif len(word) > NEGLIGIBLE and word not in _EMPTY:
            found.add(word[:STEM])
    return frozenset(found)


def meaningful(text: str) -> frozenset[str]:
    """All the words that carry a meaning, whole, subjects or not."""
    plain = "".join(c if c.isalnum() else " " for c in text.lower().replace("ё", "е"))
    return frozenset(
        word for word in plain.split() if len(word) > NEGLIGIBLE and word not in _EMPTY
    )


def is_about_the_house(text: str) -> bool:
    """True for what is never a service, a price or an address: parking, cards, dogs, coffee."""
    house = _table()["house"]
    return any(subject.removeprefix(MARK) in house for subject in subjects_in(words_of(text)))


def subjects_in(words: frozenset[str]) -> frozenset[str]:
    """Those of the words that are subjects."""
    return frozenset(word for word in words if word.startswith(MARK))


def _subject(word: str) -> str | None:
    for subjects in _table().values():
        for subject, starts in subjects.items():
            if any(word == s[:-1] if s.endswith("$") else word.startswith(s) for s in starts):
                return subject
    return None


@cache
def _table() -> dict[str, dict[str, tuple[str, ...]]]:
    file = resources.files("beautybot.agent") / "subjects.toml"
    listed = tomllib.loads(file.read_text(encoding="utf-8"))
    return {kind: {k: tuple(v.split()) for k, v in rows.items()} for kind, rows in listed.items()}
