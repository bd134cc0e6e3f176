"""The stages at which tests kill the process: each is on the way, and only tests can arm them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from source import Module, calls, dotted, modules

from beautybot.kit.failpoints import Stage

HOME = "kit/failpoints.py"


def passed(of: Iterable[Module]) -> Counter[str]:
    """How often each stage stands in the code."""
    return Counter(
        dotted(call.args[0]).removeprefix("Stage.").lower()
        for module in of
        for name, call in calls(module.tree)
        if name.split(".")[-1] == "reached" and call.args
    )


def arms(of: Iterable[Module]) -> list[str]:
    """Who arms the failpoints."""
    return [
        f"{module.path}:{call.lineno}"
        for module in of
        if not module.is_in(HOME)
        for name, call in calls(module.tree)
        if name.split(".")[-1] == "arm"
    ]


def test_each_stage_stands_in_one_place() -> None:
    """A stage that nobody reaches would be a test that cannot fail."""
    assert passed(modules()) == dict.fromkeys(Stage, 1)


def test_the_product_arms_nothing() -> None:
    """No setting, no request: only a process that a test made."""
    assert arms(modules()) == []


def test_an_arming_and_a_second_place_are_seen() -> None:
    """Control."""
    made = Module("made/up.py", "arm(print)\nreached(Stage.SENT)\nreached(Stage.SENT)\n")

    assert arms([made]) == ["made/up.py:1"]
    assert passed([made]) == {"sent": 2}
