"""What a person who takes over has to know, in a line or two: facts of the code, no model."""

from __future__ import annotations

from beautybot.agent import saying
from beautybot.agent.move import Move
from beautybot.kit.text import one_line

REASONS = {
    "angry": "Клиент недоволен.",
    "complaint": "Жалоба.",
    "medical": "Вопрос о здоровье или противопоказаниях.",
    "distress": "Похоже, человеку очень плохо: ответьте как можно скорее.",
    "minor": "Пишет, что нет восемнадцати лет.",
    "group": "Хотят прийти вдвоём или компанией.",
    "bride": "Невеста: нужны сборы к свадьбе.",
    "not_understood": "Я не понял клиента два раза подряд.",
    "order": "Прислал заказ из каталога.",
    "loop": "Похоже на автоответчик: сообщения повторяются.",
    "flood": "Слишком много сообщений подряд.",
}


def of(move: Move, reason: str) -> str:
    """
    Why, what the client wanted so far, and the last words.

    That a person is wanted everybody reads who is shown the summary: it is not said again.
    """
    said = [REASONS.get(reason, "")]
    if wanted := _wanted(move):
        said.append(f"Хочет записаться: {wanted}.")
    if last := one_line(move.said[-1].text, 160):
        said.append(f"Последние слова: «{last}»")
    return " ".join(filter(None, said))


def _wanted(move: Move) -> str:
    draft, desk = move.draft, move.desk
    refs = (*draft.services, *(ref for wish in draft.unsure for ref in wish.refs[:1]))
    words = [saying.listed(s.name for s in desk.services(refs))]
    if (person := desk.specialist(draft.specialist)) is not None:
        words.append(f"мастер {person.name}")
    if draft.slot is not None:
        words.append(move.moment(draft.slot.start))
    elif draft.when is not None:
        words.append(one_line(draft.when.text, 60))
    return ", ".join(filter(None, words))
