"""The language in which turns of phrase are written down."""

from __future__ import annotations

import pytest

from beautybot.russian.patterns import BadPattern, Patterns


@pytest.mark.parametrize(
    ("pattern", "said", "stands"),
    [
        ("скидк*", "есть у вас скидки", True),
        ("скидк*", "скинуть", False),
        ("цена", "ценам", False),
        ("нужна|нужны запись", "мне нужна запись", True),
        ("нужна|нужны запись", "нужна моя запись", False),
        ("какая (_) цена", "какая цена", True),
        ("какая (_) цена", "какая будет цена", True),
        ("какая (_) цена", "какая у вас цена", False),
        ("если .. освобод*", "если вдруг кто то завтра освободится", True),
        ("если .. освобод*", "если", False),
        ("сколько $", "а сколько", True),
        ("сколько $", "сколько времени", False),
        ("^ (_) хай", "ну хай", True),
        ("^ (_) хай", "вот такой хай", False),
        ("^ надо", "мне надо", False),
        ("ждал # мин*", "ждал 40 минут", True),
        ("!есть|ли запись", "есть запись", False),
        ("!есть|ли запись", "запись", True),
        ("график !оплат*", "график работы", True),
        ("график !оплат*", "график оплаты", False),
        ("график !оплат*", "график", True),
    ],
)
def test_a_pattern_stands_where_its_words_do(pattern: str, said: str, stands: bool) -> None:
    """Whole words, beginnings, what may be missing, and what must not be near."""
    patterns = Patterns.of([("meant", pattern)])

    found = patterns.found_in(said.split())

    assert found == ({"meant"} if stands else set())


@pytest.mark.parametrize("pattern", ["", "(_)", "..", "$", "а ..", "до[м", "_ _"])
def test_a_pattern_that_nobody_can_read_is_refused(pattern: str) -> None:
    """It names itself, so that whoever edits the table finds it."""
    with pytest.raises(BadPattern):
        Patterns.of([("meant", pattern)])
