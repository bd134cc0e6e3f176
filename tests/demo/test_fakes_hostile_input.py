"""Whatever is sent, a double refuses it in its own words and does not break."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from beautybot.demo.fakes.gigachat.dialect import Refused
from beautybot.demo.fakes.gigachat.prompt import read_prompt
from beautybot.demo.fakes.graph_rules import Refusal, check_message, template_values
from beautybot.demo.fakes.telegram_keyboards import read_keyboard
from beautybot.demo.fakes.telegram_markup import TelegramRefusal, shown_text

KEYS = (
    ("type", "text", "body", "interactive", "action", "buttons", "reply", "title", "id", "template")
    + ("sections", "rows", "button", "name", "language", "code", "components", "parameters", "list")
    + ("inline_keyboard", "keyboard", "callback_data", "request_contact", "url", "offset", "length")
    + ("messages", "role", "content", "functions", "properties", "items", "enum", "model_options")
    + ("tools", "specifications", "tool_config", "mode", "function_name", "response_format")
    + ("schema", "temperature", "max_tokens", "function_call", "description", "to", "recipient")
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-5, 5000)
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.sampled_from(
        ("object", "array", "string", "button", "list", "template", "user", "system", "function")
        + ("forced", "json_schema", "text", "bold", "image", "interactive", "79161234567", "f")
    )
)
ANYTHING: st.SearchStrategy[Any] = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6)
    ),
    max_leaves=8,
)
OBJECTS = st.dictionaries(st.sampled_from(KEYS), ANYTHING, max_size=8)


ACTIONS = st.fixed_dictionaries(
    {"buttons": st.lists(ANYTHING) | ANYTHING, "button": st.just("Показать")},
    optional={"sections": st.lists(ANYTHING | st.fixed_dictionaries({"rows": ANYTHING}))},
)
SENDS = OBJECTS | st.fixed_dictionaries(
    {
        "interactive": st.fixed_dictionaries(
            {
                "type": st.sampled_from(["button", "list"]),
                "body": st.just({"text": "Выберите"}),
                "action": ACTIONS,
            }
        ),
        "template": st.fixed_dictionaries(
            {"name": st.just("n"), "language": st.just({"code": "ru"}), "components": ANYTHING}
        ),
    }
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(SENDS, st.sampled_from(["text", "interactive", "template", "image", None, 7]))
def test_graph_refuses_any_body_in_its_own_words(body: dict[str, Any], kind: Any) -> None:
    """Only Refusal leaves the rules; a taken template has readable values."""
    whole = {"messaging_product": "whatsapp", "to": "79161234567", **body, "type": kind}

    with suppress(Refusal):
        check_message(whole)
        if kind == "template":
            template_values(whole["template"])


ROWS = st.lists(st.lists(ANYTHING | OBJECTS, max_size=3), max_size=3)
MARKUPS = (
    ANYTHING
    | st.fixed_dictionaries({"inline_keyboard": ROWS})
    | st.fixed_dictionaries({"keyboard": ROWS})
)
ENTITIES = st.lists(
    st.fixed_dictionaries({"type": st.just("bold") | SCALARS, "offset": SCALARS, "length": SCALARS})
)
TURNS = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["system", "user", "assistant", "function", "tool", None])},
        optional={"content": ANYTHING, "function_call": ANYTHING},
    )
    | SCALARS,
    min_size=1,
    max_size=4,
)
FUNCTION = st.fixed_dictionaries({"name": st.just("f") | SCALARS, "parameters": ANYTHING | OBJECTS})
BODIES = st.fixed_dictionaries(
    {"messages": TURNS},
    optional={
        "functions": st.lists(FUNCTION) | ANYTHING,
        "function_call": st.just({"name": "f"}) | ANYTHING,
        "tools": st.lists(ANYTHING | st.fixed_dictionaries({"functions": ANYTHING | OBJECTS})),
        "tool_config": ANYTHING | st.just({"mode": "forced", "function_name": "f"}),
        "response_format": ANYTHING | OBJECTS,
        "model_options": ANYTHING | OBJECTS,
    },
)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(MARKUPS, ANYTHING, st.sampled_from(["", "HTML", "Markdown", "MarkdownV2", "?"]))
def test_telegram_refuses_any_markup_in_its_own_words(markup: Any, text: Any, mode: str) -> None:
    """Only TelegramRefusal leaves the keyboards and the text."""
    with suppress(TelegramRefusal):
        read_keyboard(markup, private=True)
    with suppress(TelegramRefusal):
        shown_text(text, mode, ())


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.text(min_size=1, max_size=12), ENTITIES)
def test_telegram_refuses_any_entities_in_its_own_words(
    text: str, entities: list[dict[str, Any]]
) -> None:
    """Offsets of any kind."""
    with suppress(TelegramRefusal):
        shown_text(text, "", entities)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(BODIES, st.sampled_from([1, 2]))
def test_gigachat_refuses_any_body_in_its_own_words(body: dict[str, Any], version: int) -> None:
    """Only Refused leaves the reading of a prompt, its functions and its schema."""
    with suppress(Refused):
        read_prompt({"model": "GigaChat-2", **body}, version, json_schema=True)


def test_the_rules_can_refuse_and_can_take() -> None:
    """The properties above are not satisfied by refusing everything."""
    taken = {"messaging_product": "whatsapp", "to": "79161234567", "text": {"body": "да"}}

    check_message(taken)
    with pytest.raises(Refusal):
        check_message({**taken, "text": {"body": ""}})
    assert shown_text("да", "", ()) == "да"
    assert (
        read_prompt(
            {"model": "m", "messages": [{"role": "user", "content": "да"}]}, 1, json_schema=True
        ).last_user
        == "да"
    )
