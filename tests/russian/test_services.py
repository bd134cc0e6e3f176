"""Services are heard in the words of clients, in any salon's price list."""

from __future__ import annotations

from pathlib import Path

import pytest
from price_lists import TEXTS, price_list, price_words

from beautybot.russian.reading import read
from beautybot.russian.wishes import find_services

ROWS = [
    line.split("\t")
    for line in Path(__file__).with_name("services.tsv").read_text("utf-8").splitlines()
    if line and not line.startswith("#")
]


def heard(salon: str, text: str) -> list[set[str]]:
    """The candidates of every service heard."""
    found = find_services(read(text), price_words(salon))
    return [set(h.refs) for h in found if h.known]


@pytest.mark.parametrize(("salon", "text", "wanted"), ROWS, ids=str)
def test_what_clients_say_leads_to_the_price_list(salon: str, text: str, wanted: str) -> None:
    """Every service of the message and none besides; where two fit, both are offered."""
    expected = [set(one.split()) for one in wanted.split(";")] if wanted != "-" else []

    found = heard(salon, text)

    assert len(found) == len(expected)
    assert all(any(got and got <= want for got in found) for want in expected)


@pytest.mark.parametrize("salon", list(TEXTS))
def test_every_service_is_found_by_its_own_name(salon: str) -> None:
    """Word for word, it is among the candidates."""
    missed = [
        service.name
        for service in price_list(salon)
        if not any(service.ref in refs for refs in heard(salon, service.name))
    ]

    assert missed == []
