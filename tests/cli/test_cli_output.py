"""What a table shows people."""

from __future__ import annotations

import pytest

from beautybot.cli import output


@pytest.mark.parametrize(
    ("price", "shown"),
    [
        ({"amount": 2800, "currency": "RUB", "from": False}, "2800 RUB"),
        ({"amount": 2800, "currency": "RUB", "from": True}, "2800 RUB from"),
        ({"amount": 0, "currency": "RUB", "max": None}, "0 RUB"),
    ],
)
def test_a_price_in_a_table_reads_as_a_price(
    capsys: pytest.CaptureFixture[str], price: dict[str, object], shown: str
) -> None:
    """A flag is shown by its name when it is set, and not at all when it is not."""
    output.show_rows([{"price": price, "id": 7}], as_json=False, empty="")

    assert capsys.readouterr().out.splitlines()[-1].split("  ")[0].strip() == shown
