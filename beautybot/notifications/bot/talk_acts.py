"""What an owner does with a client's words from the chat: answer, take over, give back, teach."""

from __future__ import annotations

from collections.abc import Callable

from beautybot.businesses import journal, notices
from beautybot.conversations import answering, questions
from beautybot.kit.errors import NotFound
from beautybot.kit.text import clean, one_line, unlinked
from beautybot.notifications import teaching
from beautybot.notifications.bot.cards import Verb, button
from beautybot.notifications.bot.people import Done, Here
from beautybot.notifications.teaching import NotAnswered

LONGEST = 4000
BACK = ((button(Verb.GIVE_BACK),),)
TOO_OLD = "Этого диалога уже нет."


def ask_words(here: Here) -> Done:
    """Ask for the answer; a reply to that message is the answer."""
    try:
        name = _name(here)
    except NotFound:
        return Done(TOO_OLD)
    text = f"Напишите ответ, я передам. Клиент: {name}."
    return Done("", says=(here.letter(text, context=here.context | {"asks": True}),))


def take(here: Here) -> Done:
    """The person answers from now on; the agent is silent."""
    try:
        first = answering.take(here.conn, here.business.id, _talk(here), here.person.by, here.now)
        name = _name(here)
    except NotFound:
        return Done(TOO_OLD)
    if not first:
        return Done("Диалог уже ваш.")
    _note(here, f"взял диалог {_talk(here)}")
    text = (
        f"Диалог ваш: пока вы отвечаете, администратор молчит. Клиент: {name}.\n"
        "Пишите ответом на сообщения клиента. Закончите — верните диалог кнопкой."
    )
    says = (here.letter(text, BACK, _of_talk(here)),)
    return Done("Диалог ваш", says, mark=f"✓ Отвечает {here.person.name}")


def give_back(here: Here) -> Done:
    """The agent answers again."""
    try:
        gave = answering.give_back(here.conn, here.business.id, _talk(here), here.now)
    except NotFound:
        return Done(TOO_OLD)
    if not gave:
        return Done("Администратор и так отвечает.")
    _note(here, f"вернул диалог {_talk(here)}")
    return Done(
        "Дальше отвечает администратор", mark=f"✓ {here.person.name}: диалог снова у администратора"
    )


def words(here: Here, text: str) -> Done:
    """A reply: the client gets it in their own channel, through the same outbox as everything."""
    said = clean(text, LONGEST).strip()
    if not said:
        return Done(says=(here.letter("Пока передаю только текст.", context=here.context),))
    teach = here.context.get("question")
    act: Callable[[Here, str], Done] = _answer_question if teach else _answer_client
    try:
        return act(here, said)
    except NotFound:
        return Done(says=(here.letter(TOO_OLD),))


def adopt(here: Here) -> Done:
    """The answer becomes the salon's own: the agent gives it from the next turn on."""
    try:
        teaching.adopt(here.conn, here.business.id, _question(here), here.now)
    except (NotFound, NotAnswered):
        return Done("Этого вопроса уже нет.")
    _note(here, "добавил ответ на вопрос клиента")
    return Done("Добавлено", mark="✓ Добавлено в ответы салона")


def dismiss(here: Here) -> Done:
    """The answer was for this client only."""
    try:
        questions.close(
            here.conn, here.business.id, _question(here), outcome="dismissed", now=here.now
        )
    except NotFound:
        return Done("Этого вопроса уже нет.")
    return Done("Хорошо", mark="Не добавлено")


def _answer_client(here: Here, said: str) -> Done:
    business_id, talk = here.business.id, _talk(here)
    first = answering.take(here.conn, business_id, talk, here.person.by, here.now)
    answering.say(here.conn, business_id, talk, here.person.by, said, here.now)
    if not first:
        return Done(says=(here.letter("✓ Передано", BACK, _of_talk(here)),), client_hears=True)
    _note(here, f"взял диалог {talk}")
    text = f"✓ Передано. Клиент: {_name(here)}. Администратор молчит, пока вы не вернёте диалог."
    mark = f"✓ Отвечает {here.person.name}"
    return Done(says=(here.letter(text, BACK, _of_talk(here)),), mark=mark, client_hears=True)


def _answer_question(here: Here, said: str) -> Done:
    business_id = here.business.id
    question = questions.get(here.conn, business_id, _question(here))
    answering.say(here.conn, business_id, question.conversation_id, here.person.by, said, here.now)
    questions.answer(here.conn, business_id, question.id, said, here.now)
    if (notice_id := here.kept.letter.notice_id) is not None:
        notices.settle(here.conn, business_id, notice_id, here.person.name)
    text = (
        "✓ Передано клиенту. Добавить в ответы салона? Тогда администратор сам ответит так "
        f"следующему.\n\n❓ {unlinked(one_line(question.text, 200))}\n💬 {one_line(said, 300)}"
    )
    rows = ((button(Verb.ADOPT), button(Verb.DISMISS)),)
    letter = here.letter(text, rows, {"question": question.id, "kind": "teaching"})
    return Done(says=(letter,), mark=f"✓ {here.person.name}: ответ отправлен", client_hears=True)


def _of_talk(here: Here) -> dict[str, object]:
    return {"talk": _talk(here), "kind": "talk"}


def _name(here: Here) -> str:
    client = answering.client_of(here.conn, here.business.id, _talk(here))
    return unlinked(one_line(client.name or "без имени", 60))


def _talk(here: Here) -> int:
    return int(here.context.get("talk", 0))


def _question(here: Here) -> int:
    return int(here.context.get("question", 0))


def _note(here: Here, what: str) -> None:
    journal.note(here.conn, here.business.id, here.person.by, what, here.now)
