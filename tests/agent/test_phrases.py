"""The phrases themselves: four tones, the same facts, plain Russian."""

from __future__ import annotations

import re
import tomllib
from importlib import resources
from string import Formatter

import pytest

from beautybot.agent.flow import State
from beautybot.agent.reply import phrase
from beautybot.businesses.salons import Tone

FOLDER = resources.files("beautybot.agent") / "phrases"


def wordings(state: str) -> dict[str, dict[str, str]]:
    """The phrases of a file, most of them of a state, by key and tone."""
    return tomllib.loads((FOLDER / f"{state}.toml").read_text(encoding="utf-8"))


FILES = [f.name.removesuffix(".toml") for f in FOLDER.iterdir() if f.name.endswith(".toml")]
EVERY = [
    pytest.param(key, tones, id=f"{file}.{key}")
    for file in sorted(FILES)
    for key, tones in wordings(file).items()
]


def facts(wording: str) -> set[str]:
    """The facts a wording needs."""
    return {name for _, name, _, _ in Formatter().parse(wording) if name}


@pytest.mark.parametrize(("key", "tones"), EVERY)
def test_every_tone_says_the_same_facts(key: str, tones: dict[str, str]) -> None:
    """A price may not get lost in a friendlier wording; an unknown tone is a slip."""
    assert set(tones) <= set(Tone)
    assert "friendly" in tones
    assert {tone: facts(w) for tone, w in tones.items()} == dict.fromkeys(
        tones, facts(tones["friendly"])
    )


@pytest.mark.parametrize(("key", "tones"), EVERY)
def test_no_phrase_has_a_figure_or_foreign_letters(key: str, tones: dict[str, str]) -> None:
    """Figures come from facts alone; other letters are for those who write in them."""
    foreign = "0-9" if key.startswith("speaks_") else "0-9A-Za-z"
    for wording in tones.values():
        plain = re.sub(r"\{\w+\}", "", wording)
        assert not re.search(f"[{foreign}]", plain)


@pytest.mark.parametrize(("key", "tones"), EVERY)
def test_a_tone_keeps_its_you(key: str, tones: dict[str, str]) -> None:
    """Formal says «Вы», the others «вы», casual «ты» or nothing."""
    formal, casual = tones.get("formal", ""), tones.get("casual", "")
    small = r"\b(?:вы|вас|вам|вами|ваш\w*)\b"

    assert not re.search(small, formal)
    assert not re.search(small, casual, re.IGNORECASE)
    assert not re.search(r"\b(?:ты|тебя|тебе)\b", tones["friendly"] + tones.get("professional", ""))


@pytest.mark.parametrize("state", State)
def test_every_state_sounds_different_in_every_tone(state: State) -> None:
    """The owner hears the tone that was chosen."""
    told = {tone: tuple(phrase(f"{state}.{key}", tone) for key in wordings(state)) for tone in Tone}

    assert len(set(told.values())) == len(Tone)
