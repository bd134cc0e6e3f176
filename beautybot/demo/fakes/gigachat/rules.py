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
        ("human", r"оператор|администратор|живо\w+ человек|с человеком|позовите|менеджер|жалоб"),
        ("cancel_booking", r"отмени\w*|отмена|не смогу прийти"),
        ("reschedule", r"перенес\w*|перенос\w*|перезапис\w*|сдвинуть"),
        ("list_my_bookings", r"когда у меня|моя запись|мои записи|на когда я запис\w+"),
        (
            "ask_price",
            r"сколько (?:\w+ )?(?:стоит|стоят|будет)|цен[аыу]\b|стоимость|поч[её]м|прайс",
        ),
        ("ask_services", r"какие услуги|что вы делаете|список услуг|чем занимаетесь"),
        ("ask_info", r"адрес|где вы|находитесь|парковк\w*|как добраться|до скольки|режим работы"),
        ("change", r"передумал\w*|друго\w+ (?:время|день|мастер\w*)|вместо этого"),
        (
            "start_booking",
            r"запи(?:ши|са)\w*|хочу|хотел\w* бы|можно|нуж(?:ен|на|но)|окошк\w*|свободн\w*",
        ),
        ("greet", r"здравствуй\w*|привет\w*|добр(?:ый|ое|ого) (?:день|утро|вечер|дня)"),
        ("goodbye", r"до свидания|всего доброго|спасибо"),
        ("off_topic", r"анекдот|стих\w*|реферат|погод\w+|напиши код|курс доллара"),
    )
)
_SERVICE = re.compile(
    r"(?:(?:мужск|женск|детск|классическ|аппаратн)\w+ )?"
    r"(?:маникюр|педикюр|стриж|окраш|покрас|бров|ресниц|массаж|эпиляц|депиляц|шугаринг|укладк"
    r"|макияж|чистк|наращив|ламинир|пилинг|ботокс|причес|мелирован)\w*"
    r"(?: (?:с покрытием|гель-лаком|бровей|ресниц|лица|волос|ногтей))?",
    _I,
)
_WHEN = re.compile(
    r"сегодня|послезавтра|завтра|(?:во? )?(?:понедельник|вторник|сред[уы]|четверг|пятниц[уы]"
    r"|суббот[уы]|воскресенье)|на выходных|утром|днём|днем|вечером|после обеда"
    r"|(?:после|до|в|к|на) (?:\d{1,2}(?:[:.]\d\d)?|шести|пяти|семи|четыр[её]х|тр[её]х|двух|часу)\b"
    r"(?: час\w*)?|\d{1,2} (?:январ|феврал|март|апрел|ма[яй]|июн|июл|август|сентябр|октябр|ноябр"
    r"|декабр)\w*",
    _I,
)
_PHONE = re.compile(r"(?:\+7|8)[\s(-]*\d{3}[\s)-]*\d{3}[\s-]*\d\d[\s-]*\d\d")
_NAME = re.compile(r"(?:меня зовут|моё имя|мое имя) ([А-ЯЁA-Z][\w-]+)", _I)
_SPECIALIST = re.compile(r"\b(?:к|у|мастер[ау]?) ([А-ЯЁ][а-яё]{2,})")
_YES = re.compile(r"(?:да|ага|угу|верно|всё верно|все верно|подтверждаю|давайте)[\s.!,]*", _I)
_NO = re.compile(r"(?:нет|не надо|не подходит)\b.*", _I)
_ORDINALS = {"перв": "1", "втор": "2", "трет": "3", "четв": "4", "пят": "5"}
_DELIMITED = (
    re.compile(r"<(client|message|сообщение|клиент)[^>]*>(?P<said>.*?)</\1>", _I | re.DOTALL),
    re.compile(r"(?:клиент|client|сообщение)\s*:\s*(?P<said>[^\n]+)\s*\Z", _I),
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
    found = [(op, text) for op, pattern in _WORDS if pattern.search(text)]
    if service := _SERVICE.search(text):
        found.append(("set_service", service[0]))
    if moments := list(_WHEN.finditer(text)):
        found.append(("set_when", text[moments[0].start() : moments[-1].end()]))
    for op, pattern in (("set_name", _NAME), ("set_specialist", _SPECIALIST)):
        if named := pattern.search(text):
            found.append((op, named[1]))
    if phone := _PHONE.search(text):
        found.append(("set_phone", phone[0]))
    if not found and _NO.fullmatch(text):
        found.append(("reject", text))
    return found


def _option(text: str) -> str:
    bare = text.strip(" .!").lower()
    if re.fullmatch(r"[1-9]", bare):
        return bare
    word = re.fullmatch(r"(?:давайте |лучше )?(перв|втор|трет|четв|пят)\w*", bare)
    return _ORDINALS[word[1]] if word else ""


def _mood(text: str) -> str:
    if re.search(r"безобраз|ужас|кошмар|возмут|верните деньги|!!!", text, _I):
        return "angry"
    return "urgent" if re.search(r"срочно|побыстрее|прямо сейчас", text, _I) else "ok"


def _warmer(phrase: str) -> str:
    if not phrase or phrase.startswith(_WARM):
        return phrase
    return _WARM[len(phrase) % len(_WARM)] + phrase
