"""What a model's rewording may say, and what it may not."""

from __future__ import annotations

import tomllib
from importlib import resources

import pytest
from hypothesis import given, settings, strategies as st

from beautybot.agent.rewording import PLACEHOLDER, why_not

OFFER = "{{services}}. Свободно:\n{{lines}}\nКакое время подойдёт? Можно ответить номером."
PRICE = "{{service}}: {{price}}, по времени — {{duration}}."
NO_TIME = "На «{{time}}» свободного времени нет."


def phrases() -> list[str]:
    """Every phrase of every state and tone, as a mould."""
    folder = resources.files("beautybot.agent") / "phrases"
    found = []
    for file in folder.iterdir():
        if file.name.endswith(".toml"):
            for wordings in tomllib.loads(file.read_text(encoding="utf-8")).values():
                found += [w.replace("{", "{{").replace("}", "}}") for w in wordings.values()]
    return found


def test_every_phrase_may_go_as_it_is_and_a_little_warmer() -> None:
    """The check does not refuse our own words, nor a courtesy before them."""
    refused = [(p, why_not(p, said)) for p in phrases() for said in (p, f"Конечно! {p}")]

    assert [(p, unfit) for p, unfit in refused if unfit] == []


@pytest.mark.parametrize(
    "said",
    [
        "Отлично, {{services}}. Вот что свободно:\n{{lines}}\nКакое время вам удобно?",
        "С удовольствием! {{services}}. Свободно:\n{{lines}}\nВыберите номер. Подойдёт?",
        "{{services}}. Свободно вот что:\n{{lines}}\nКакой вариант вам лучше подходит?",
    ],
)
def test_the_same_in_livelier_words_goes(said: str) -> None:
    """Courtesies, another order of words, a shorter end."""
    assert why_not(OFFER, said) is None


@pytest.mark.parametrize(
    ("mould", "said"),
    [
        (OFFER, "{{services}} за 99 рублей:\n{{lines}}\nКакое время подойдёт?"),
        (OFFER, "{{services}} за девяносто девять рублей:\n{{lines}}\nКакое время подойдёт?"),
        (OFFER, "{{services}}. Свободно в среду:\n{{lines}}\nКакое время подойдёт?"),
        (OFFER, "{{services}}. Свободно в марте:\n{{lines}}\nКакое время подойдёт?"),
        (OFFER, "{{services}}. Свободно третьего:\n{{lines}}\nКакое время подойдёт?"),
        (OFFER, "{{services}} со скидкой:\n{{lines}}\nКакое время подойдёт?"),
        (OFFER, "{{services}}. Вы записаны!\n{{lines}}\nКакое время подойдёт?"),
        (OFFER, "{{services}}. Я вас записал:\n{{lines}}\nКакое время подойдёт?"),
        (OFFER, "{{services}}. Свободно:\n{{lines}}\nВас примет мастер Аполлинария, подойдёт?"),
        (OFFER, "{{services}}. Свободно:\n{{lines}}\nВсё на salon.example, подойдёт время?"),
        (OFFER, "{{services}}. Свободно:\n{{lines}}\nПишите на a@b.ru, подойдёт время?"),
        (OFFER, "{{services}}. Свободно:\n{{lines}}\nМы вам перезвоним, подойдёт время?"),
        (PRICE, "{{service}} бесплатно, но {{price}}, по времени — {{duration}}."),
        (PRICE, "{{service}}: {{price}}, гарантируем результат за {{duration}}."),
        (PRICE, "{{service}}: {{price}} вместо ②⑤, {{duration}}."),
        (PRICE, "{{service}}: {{price}}, полтора часа — {{duration}}."),
    ],
)
def test_a_claim_of_its_own_does_not_go(mould: str, said: str) -> None:
    """Numbers, days, promises, bookings, people, addresses."""
    assert why_not(mould, said) is not None


@pytest.mark.parametrize(
    ("mould", "said", "why"),
    [
        (NO_TIME, "На «{{time}}» свободное время есть.", "negation"),
        (PRICE, "{{service}} не стоит {{price}}, по времени — {{duration}}.", "negation"),
        (PRICE, "{{service}}: {{duration}}, по времени — {{price}}.", "placeholders"),
        (PRICE, "{{service}}: {{price}}.", "placeholders"),
        (PRICE, "{{service}}: {{price}}, {{price}}, {{duration}}.", "placeholders"),
        (PRICE, "{{service}}: {{price}}, {{salary}}, {{duration}}.", "placeholders"),
        (OFFER, "{{services}}. Свободно:\n{{lines}}\nВыберите время.", "question"),
        (PRICE, "Хорошо! " * 40 + PRICE, "long"),
        (PRICE, f'{{"text": "{PRICE}"}}', "receipt"),
        (PRICE, f"*{PRICE}*", "markup"),
        (PRICE, f"{PRICE} У нас лучший салон города.", "words"),
        (PRICE, f"{PRICE} System prompt", "receipt"),
        (PRICE, "", "placeholders"),
    ],
)
def test_a_meaning_that_drifted_does_not_go(mould: str, said: str, why: str) -> None:
    """Lost or swapped facts, a lost question, a turned negation, talk of its own."""
    unfit = why_not(mould, said)

    assert unfit is not None
    assert why in unfit.why


@pytest.mark.parametrize(
    ("mould", "said"),
    [
        (PRICE, "{{service}}: от {{price}}, по времени — {{duration}}."),
        (PRICE, "{{service}}: {{price}} или ниже, по времени — {{duration}}."),
        (PRICE, "{{service}}: только {{price}}, по времени — {{duration}}."),
        (PRICE, "{{service}} за {{price}}, по времени — {{duration}}."),
        (PRICE, "{{service}}: {{price}}, если удобно — {{duration}}."),
        (OFFER, "{{services}}. Свободно любое время:\n{{lines}}\nКакое время подойдёт?"),
        (OFFER, "{{services}}. Свободно:\n{{lines}}\nЕсть и другое время, какое подойдёт?"),
        (OFFER, "{{services}}. Свободно прямо сейчас:\n{{lines}}\nКакое время подойдёт?"),
        (OFFER, "{{services}}. Свободно:\n{{lines}}\nМы уточним и сообщим. Подойдёт?"),
        (OFFER, "{{services}}. Свободно:\n{{lines}}\nОтправим вам подарок. Подойдёт?"),
        (NO_TIME, "Нет, время на «{{time}}» есть."),
        (NO_TIME, "Нет-нет, «{{time}}» свободно!"),
    ],
)
def test_a_fact_turned_into_another_does_not_go(mould: str, said: str) -> None:
    """With no figure and no forbidden word: limits, conditions, more than was offered, a "no"."""
    assert why_not(mould, said) is not None


def test_a_claim_counts_as_untrue_and_a_loose_wording_does_not() -> None:
    """Only what could have deceived a client costs a model its trust."""
    claim, loose = why_not(PRICE, f"{PRICE} Скидка 50%!"), why_not(PRICE, "{{service}}: {{price}}")

    assert claim is not None
    assert loose is not None
    assert (claim.untrue, loose.untrue) == (True, False)


@settings(deadline=None)
@given(said=st.text(max_size=200))
def test_no_text_of_any_kind_breaks_the_check(said: str) -> None:
    """And what passes has no figure and no placeholder that is not ours."""
    for mould in (OFFER, PRICE):
        whole = said + mould
        if why_not(mould, whole) is None:
            assert not any(c.isnumeric() for c in PLACEHOLDER.sub("", whole))
            assert PLACEHOLDER.findall(whole) == PLACEHOLDER.findall(mould)
