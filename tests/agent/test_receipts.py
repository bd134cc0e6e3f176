"""No number without a receipt: what no fact of the turn supports does not go."""

from __future__ import annotations

import tomllib
from importlib import resources
from string import Formatter

import pytest
from hypothesis import given, settings, strategies as st

from beautybot.agent import receipts
from beautybot.agent.reply import LIVELY, Part, compose, phrase
from beautybot.agent.rewording import PLACEHOLDER, why_not
from beautybot.businesses.salons import Tone

FACTS = (
    "Маникюр с покрытием",
    "2 500 ₽",
    "1 час 30 минут",
    "завтра, вторник, 3 марта, 15:00",
    "Вера Павлова",
    "Москва, ул. Цветочная, 7",
    "запись 483920",
    "https://romashka.example/rules",
)
TRUE = (
    "Маникюр с покрытием — 2 500 ₽, 1 час 30 минут.",
    "Ждём завтра, во вторник, 3 марта в 15:00, мастер Вера Павлова.",
    "1. завтра в 15:00\n2. завтра в 15:00 — 2500 ₽",
    "Адрес: Москва, ул. Цветочная, 7. Запись 483920.",
    "Спасибо! Чем Вам помочь? Напишите, когда удобно.",
    "Ждём в 15:00 часов.",
    "Правила: https://romashka.example/rules. Ответьте «согласен».",
    "Правила (https://romashka.example/rules), ответьте «согласен».",
)
UNTRUE = (
    # amounts
    *("99 ₽", "2 500 рублей и ещё 100 ₽", "3 ₽", "1 ₽", "15 руб.", "двести рублей", "пять тысяч"),
    *("2 50 ₽", "25 000 ₽", "2 500 000 ₽", "①", "½ цены", "٣ ₽"),
    # clocks
    *("в 15:30", "в 3:00", "к 15 часам", "полтретьего, в 14:30", "с 9", "утром", "в полдень"),
    # dates
    *("4 марта", "3 апреля", "в среду", "в субботу", "сегодня", "послезавтра", "пн", "30 марта"),
    # lengths and percents
    *("2 часа", "30 часов", "90 минут", "полтора часа", "полчаса", "15 минут", "10 %", "3%"),
    # phones, addresses, links
    *("+7 916 123-45-67", "8 800 555 35 35", "salon.ru", "https://evil.example", "a@b.ru"),
    *(
        "https://romashka.example/rules.evil",
        "https://romashka.example/rulesх",
        "https://romashka.example",
    ),
    *("t.me/salon", "www.salon"),
    # names
    *("мастер Лена", "к Марии", "Аполлинария Вас ждёт у мастера Глафиры", "салон Лилия", "Botox"),
    # promises
    *("бесплатно", "гарантируем", "гарантия", "скидка", "перезвоним", "в подарок", "по акции"),
    *("обещаем", "вернём деньги", "бонусы", "даром", "круглосуточно", "промокод"),
)


@pytest.mark.parametrize("said", TRUE)
def test_what_the_facts_support_goes(said: str) -> None:
    """In any order, split, with the numbers of a list, with a polite «Вам»."""
    assert receipts.check(said, FACTS) is None


@pytest.mark.parametrize("claim", UNTRUE)
def test_what_no_fact_supports_does_not_go(claim: str) -> None:
    """Alone, or among what is true."""
    for said in (f"Будет {claim}.", f"{TRUE[0]} И {claim}, конечно.", f"{claim}\n{TRUE[1]}"):
        assert receipts.check(said, FACTS) is not None


def test_a_figure_is_a_receipt_for_its_own_kind_alone() -> None:
    """The 3 of "3 марта" is no price, the 1 of "1 час" no date; a bare fact may get its unit."""
    assert receipts.check("3 ₽", ["3 марта"])
    assert receipts.check("1 марта", ["1 час"])
    assert receipts.check("15:00", ["15 минут"])
    assert receipts.check("15 минут", ["15:00"])
    assert receipts.check("15 минут", ["15"]) is None


def test_a_day_is_a_receipt_only_with_its_own_month() -> None:
    """1 May is not made of 1 March and 2 May; a range and «числа» need no month of their own."""
    assert receipts.check("1 мая", ["1 марта", "2 мая"])
    assert receipts.check("2 марта", ["1 марта", "2 мая"])
    assert receipts.check("1 марта и 2 мая", ["1 марта", "2 мая"]) is None
    assert receipts.check("1-го числа", ["1 марта"]) is None
    assert receipts.check("3 марта", ["с 3 по 5 марта"]) is None


amounts = st.integers(1, 99_999)
money = amounts.map(lambda n: f"{n:,} ₽".replace(",", " "))
clocks = st.tuples(st.integers(0, 23), st.integers(0, 59)).map(lambda t: f"{t[0]:02d}:{t[1]:02d}")
dates = st.tuples(st.integers(1, 31), st.sampled_from(("марта", "мая", "июня", "декабря"))).map(
    lambda d: f"{d[0]} {d[1]}"
)
lengths = st.integers(2, 600).map(lambda n: f"{n} минут")
percents = st.integers(1, 100).map(lambda n: f"{n} %")
phones = st.integers(9_000_000_000, 9_999_999_999).map(lambda n: f"+7{n}")
claims = st.one_of(money, clocks, dates, lengths, percents, phones)


@settings(deadline=None)
@given(facts=st.lists(claims, max_size=6), claim=claims, place=st.integers(0, 2))
def test_any_claim_goes_if_and_only_if_it_is_a_fact(
    facts: list[str], claim: str, place: int
) -> None:
    """Amounts, clocks, dates, lengths, percents, phones: all kinds beside all kinds."""
    said = (f"Итак: {claim}.", f"Хорошо, {claim}, подойдёт?", f"Вот:\n• {claim}")[place]

    assert (receipts.check(said, facts) is None) == (claim in facts)


def every_phrase() -> list[tuple[str, Tone]]:
    """Each phrase of each state in each tone."""
    folder = resources.files("beautybot.agent") / "phrases"
    return [
        (f"{file.name.removesuffix('.toml')}.{name}", tone)
        for file in folder.iterdir()
        if file.name.endswith(".toml")
        for name in tomllib.loads(file.read_text(encoding="utf-8"))
        for tone in Tone
    ]


PHRASES = every_phrase()


@settings(deadline=None)
@given(st.sampled_from(PHRASES), st.data())
def test_our_own_phrases_always_have_their_receipts(
    which: tuple[str, Tone], data: st.DataObject
) -> None:
    """Whatever stands in the facts, clients' words included: a check of ours silences nobody."""
    key, tone = which
    named = {name for _, name, _, _ in Formatter().parse(phrase(key, tone)) if name}
    facts = {name: data.draw(st.text(max_size=40) | claims) for name in sorted(named)}

    assert compose([Part(key, facts)], tone).facts == tuple(facts.values())


LIVELY_MOULDS = sorted(
    {
        phrase(key, tone).replace("{", "{{").replace("}", "}}")
        for key, tone in PHRASES
        if key in LIVELY
    }
)


@pytest.mark.parametrize("mould", LIVELY_MOULDS)
def test_no_claim_can_be_woven_into_a_phrase(mould: str) -> None:
    """Every untrue thing at every place of everything that may be reworded."""
    words = mould.split(" ")
    for claim in UNTRUE:
        for place in range(len(words) + 1):
            said = " ".join((*words[:place], claim, *words[place:]))
            assert why_not(mould, said) is not None, said


@pytest.mark.parametrize("key", sorted(LIVELY))
def test_what_may_be_reworded_says_no_to_nobody_and_claims_nothing(key: str) -> None:
    """So no rewording can turn a refusal round, or a "taken" into a "free"."""
    for tone in Tone:
        plain = PLACEHOLDER.sub(" ", phrase(key, tone).replace("{", "{{").replace("}", "}}"))
        words = {word.strip(".,!?:—").lower() for word in plain.split()}
        assert not words & {"не", "нет", "нельзя", "занято", "закрыт", "записаны", "готово"}


@pytest.mark.parametrize(
    "key",
    ["confirmation.booked", "booking.taken", "booking.nothing_then", "service_inquiry.faq"]
    + ["booking.slot_kept", "booking.consent", "service_inquiry.handoff", "pricing.unknown"],
)
def test_what_is_booked_taken_refused_or_the_owners_own_is_never_reworded(key: str) -> None:
    """It stands in the mould as one closed thing."""
    named = {name for _, name, _, _ in Formatter().parse(phrase(key, Tone.FRIENDLY)) if name}
    asked = Part("pricing.offer_booking")

    reply = compose([asked, Part(key, dict.fromkeys(named, "слово"))], Tone.FRIENDLY)

    assert reply.mould == "Записать вас?\n\n{{text}}"
