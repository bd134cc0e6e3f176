"""A modest honest brain: keywords in, commands out; a phrase in, a warmer phrase out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from beautybot.demo.fakes.gigachat.brains import Thought, filled
from beautybot.demo.fakes.gigachat.prompt import Prompt

_I = re.IGNORECASE
_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (op, re.compile(pattern, _I))
    for op, pattern in (
        ("human", r"оператор|администратор|живо[йг]|с человеком|позовите|менеджер|жалоб|претензи"),
        ("cancel_booking", r"отмени\w*|отмена|не смогу прийти|не приду"),
        ("reschedule", r"перенес\w*|перенос\w*|перезапис\w*|сдвинуть"),
        ("list_my_bookings", r"у меня запись|моя запись|мои записи|на когда я запис\w+"),
        (
            "ask_price",
            r"ск(?:оль)?к[оа]\b(?!.*сеансов)|skolko|стоит|стоят|цен[аыу]\b|стоимость|поч[её]м|прайс",
        ),
        ("ask_services", r"какие услуги|что вы делаете|список услуг|чем занимаетесь"),
        (
            "ask_info",
            r"адрес|где вы|находитесь|парковк\w*|как (?:добраться|пройти|доехать)|до скольки"
            r"|режим работы|открываетесь|закрываетесь|картой|рассрочк\w*|акци[ия]\b|скидк\w*",
        ),
        ("change", r"передумал\w*|друго\w+ (?:время|день|мастер\w*)|не на .+ а на|не \w+ а \w+"),
        (
            "start_booking",
            r"запи(?:ш[иу]|са)\w*|zapis\w*|хо(?:чу|тел\w* бы)|hochu|нуж(?:ен|на|но)|над[оа]|мне бы"
            r"|окошк\w*|свободн\w*|есть ли (?:место|запись)|есть мест[оа]|have time|book",
        ),
        (
            "greet",
            r"здравствуй\w*|привет\w*|хай\b|добр(?:ый|ое|ого) |zdravstv\w*|сәлем|\bhi\b|hello",
        ),
        ("goodbye", r"до свидания|всего доброго|спасибо|пока\b"),
        ("off_topic", r"анекдот|стих[иа]?\b|реферат|погод\w+|напиши код|курс доллара"),
    )
)
_SERVICE = re.compile(
    r"(?:(?:мужск|женск|детск|классическ|аппаратн|свадебн|вечерн)\w+ )?"
    r"(?:ман[ию]к|п[еа]дик|стриж|стричь|окраш|покрас|крас\w+ корн|бров|ресни|массаж|эпиляц|депиляц"
    r"|шугаринг|укладк|макияж|чистк|наращ|наращиваи|ламинир|пилинг|ботокс|кератин|причес|прическ"
    r"|мелирован|покрыти|гель|шелл?ак|ногт|бикини|подмыш|татуаж|перманент|эйртач|шатуш|балаяж"
    r"|консультац|сняти|снять|антицеллюлит|восстановлен|тонир|лазер|manik|manicure|strizh|haircut"
    r"|okrash)\w*"
    r"(?: (?:с покрытием|гель[- ]?лаком?|бровей|ресниц|лица|волос|ногтей|корней|спины|губ|глубокое"
    r"|в один тон|v odin ton))*",
    _I,
)
_DAY = (
    r"сегодня|послезавтра|завтр[ао]|zavtra|segodnya|today|tomorrow|понедельник|вторник|сред[уы]"
    r"|четверг?|пятниц[уы]|суб+от[уаы]|воскресенье|пн|вт|ср|чт|пт|сб|вс|выходны[ех]"
    r"|\d{1,2}(?:-?(?:го|е|ое))? (?:январ|феврал|март|апрел|ма[яй]|июн|июл|август|сентябр|октябр"
    r"|ноябр|декабр)\w*|\d{1,2}-?(?:го|е)\b|через (?:недел\w+|\w+ дн\w+)"
)
_CLOCK = (
    r"(?:\d{1,2}(?:[:.]\d\d)?(?:pm|am)?|шести|пяти|семи|четыр[её]х|тр[её]х|двух|часу"
    r"|пять|шесть|семь|два|три|четыре)\b(?: час\w*)?"
)
_HOUR = (
    r"утр(?:ом|а|о)|днём|днем|вечером|вечера|после обеда|до обеда"
    r"|пол ?(?:второго|третьего|четвертого|пятого|шестого|седьмого)"
    rf"|(?:после|до|около|часиков в|[вvкс]о?|на|at) ?{_CLOCK}"
)
_WHEN = re.compile(rf"(?:\b(?:на|во?|к|со?|v|с) )?\b(?:{_DAY}|{_HOUR})(?!\w)", _I)
_PHONE = re.compile(r"(?:\+7|8)[\s(-]*\d{3}[\s)-]*\d{3}[\s-]*\d\d[\s-]*\d\d")
_NAME = re.compile(r"(?:меня зовут|моё имя|мое имя) ([А-ЯЁA-Z][\w-]+)", _I)
_BARE_NAME = re.compile(r"(?:[\d+\s()-]{10,}\s*)?([А-ЯЁ][а-яё]{2,})")
_SPECIALIST = re.compile(
    r"(?:\b[кК]|\b[уУ]|мастер[ау]?) ([А-ЯЁ][а-яё]{2,}|вере|юле|марии|анне|тимуру)"
)
_YES = re.compile(
    r"(?:да|ага|угу|ок(?:ей)?|верно|вс[её] верно|подтверждаю|давайте|супер|хорошо|конечно|\+|👍)"
    r"(?:[\s.!,]+(?:да|вс[её]|верно|записывайте|запишите|жду|подходит|спасибо|давайте))*[\s.!,]*",
    _I,
)
_NO = re.compile(r"(?:нет|неа|не надо|не подходит|не хочу)\b.*", _I | re.DOTALL)
_ORDINALS = {"перв": "1", "втор": "2", "трет": "3", "четв": "4", "пят": "5"}
_DELIMITED = (
    re.compile(
        r"<(client|message|phrase|text|сообщение|клиент|фраза|текст)[^>]*>(?P<said>.*?)</\1>",
        _I | re.DOTALL,
    ),
    re.compile(r"(?:клиент|client|сообщение|фраза|phrase|текст)\s*:\s*(?P<said>[^\n]+)\s*\Z", _I),
    re.compile(r'"""(?P<said>.*?)"""', re.DOTALL),
)
_WARM = ("Конечно! ", "С радостью! ", "Хорошо! ")


def rule_brain(prompt: Prompt) -> Thought:
    """Commands where the schema has `commands`; a warmer phrase where there is no schema."""
    schema = prompt.schema
    if schema is None:
        return Thought(text=_warmer(_said(prompt.last_user)))
    properties: Mapping[str, Any] = schema.get("properties", {})
    if "commands" in properties:
        return Thought(data=_understood(_said(prompt.last_user), properties))
    answer = filled(schema)
    for name in ("text", "phrase", "reply", "answer"):
        if isinstance(answer, dict) and name in answer:
            answer[name] = _warmer(_said(prompt.last_user))
    return Thought(data=answer)


def _said(text: str) -> str:
    for pattern in _DELIMITED:
        found = list(pattern.finditer(text))
        if found:
            return found[-1]["said"].strip()
    return text.strip()


def _understood(text: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    item = properties["commands"].get("items", {}).get("properties", {})
    allowed = item.get("op", {}).get("enum")
    commands = [
        {"op": op, "value": value}
        for op, value in _commands(text)
        if allowed is None or op in allowed
    ]
    answer = {n: filled(p) for n, p in properties.items() if n != "commands"}
    if "mood" in answer:
        answer["mood"] = _mood(text)
    return {**answer, "commands": commands or [{"op": "cannot_handle", "value": ""}]}


def _commands(text: str) -> list[tuple[str, str]]:
    if _YES.fullmatch(text):
        return [("confirm", text)]
    if chosen := _option(text):
        return [("choose_option", chosen)]
    slots = _slots(text)
    found = [(op, text) for op, pattern in _WORDS if pattern.search(text)] + slots
    if _NO.fullmatch(text):
        found.insert(0, ("change" if slots else "reject", text))
    named = {op for op, _ in slots}
    if "set_service" in named and not {op for op, _ in found} & _ASKS:
        found.insert(0, ("start_booking", text))
    return list(dict(reversed(found)).items())[::-1]


_ASKS = {"ask_price", "reschedule", "cancel_booking", "change", "start_booking"}


def _slots(text: str) -> list[tuple[str, str]]:
    slots: list[tuple[str, str]] = []
    for op, pattern in (("set_service", _SERVICE), ("set_when", _WHEN)):
        if spans := list(pattern.finditer(text)):
            slots.append((op, text[spans[0].start() : spans[-1].end()]))
    for op, pattern in (("set_name", _NAME), ("set_specialist", _SPECIALIST)):
        if named := pattern.search(text):
            slots.append((op, named[1]))
    if phone := _PHONE.search(text):
        slots.append(("set_phone", phone[0]))
    if not {op for op, _ in slots} - {"set_phone"} and (bare := _BARE_NAME.fullmatch(text.strip())):
        slots.append(("set_name", bare[1]))
    return slots


def _option(text: str) -> str:
    bare = text.strip(" .!").lower()
    if re.fullmatch(r"[1-9]", bare):
        return bare
    word = re.fullmatch(
        r"(?:давайте |лучше )?(перв|втор|трет|четв|пят)\w*(?: вариант\w*)?(?: \w+)?", bare
    )
    return _ORDINALS[word[1]] if word else ""


def _mood(text: str) -> str:
    if re.search(r"безобраз|ужас|кошмар|возмут|верните деньги|!!!", text, _I):
        return "angry"
    return "urgent" if re.search(r"срочно|побыстрее|прямо сейчас", text, _I) else "ok"


def _warmer(phrase: str) -> str:
    if not phrase or phrase.startswith(_WARM):
        return phrase
    return _WARM[len(phrase) % len(_WARM)] + phrase
