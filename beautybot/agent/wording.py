"""
A reply in livelier words, if a model can say it without changing it.

The phrase with its placeholders goes to the model; what comes back is checked
word by word, asked for once more where it does not fit, and else dropped.  The
facts are put in only after that, so no model ever writes one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from beautybot.agent import reply as replies
from beautybot.agent.adviser import Adviser
from beautybot.agent.interpreting import prompt
from beautybot.agent.reply import Reply
from beautybot.agent.rewording import PLACEHOLDER, Unfit, why_not
from beautybot.businesses.salons import Business, Tone
from beautybot.kit import clock
from beautybot.kit.text import clean
from beautybot.llm.base import Finish, Purpose, Request, Said

PATIENCE_S = 6.0
"""How long a finished reply may wait for its wording."""
TRIES = 2
LEAST_WORDS = 4
RESTRICTIONS_SHOWN = 800

TONES = {
    Tone.PROFESSIONAL: "деловой и вежливый, на «вы», без лишних слов",
    Tone.FRIENDLY: "дружелюбный и тёплый, на «вы»",
    Tone.CASUAL: "свойский и короткий, на «ты»",
    Tone.FORMAL: "официальный, на «Вы» с большой буквы",
}

Check = Callable[[str, str], Unfit | None]


@dataclass(frozen=True, slots=True)
class Worded:
    """What became of the attempt: `text` None means the phrase goes; `unfit` says why."""

    text: str | None
    unfit: tuple[Unfit, ...] = ()

    @property
    def untrue(self) -> bool:
        """True if the model claimed something that no fact supports."""
        return any(one.untrue for one in self.unfit)

    @property
    def verdict(self) -> str:
        """In one word, for counting."""
        if self.untrue:
            return "untrue"
        return "said" if self.text is not None else "unfit"


def is_worth(reply: Reply) -> bool:
    """True if there is something in a reply that may be said otherwise."""
    return len(PLACEHOLDER.sub(" ", reply.mould).split()) >= LEAST_WORDS


async def reword(adviser: Adviser, reply: Reply, session: str, *, check: Check = why_not) -> Worded:
    """
    The reply in the model's words, before PATIENCE_S are over.

    One regeneration, told what was wrong; then the phrase.  `check` decides
    what may go; without it (a test's control arm) lies would be delivered.
    """
    until = clock.monotonic() + PATIENCE_S
    unfit: list[Unfit] = []
    for _ in range(TRIES):
        left = until - clock.monotonic()
        if left <= 0.1:
            break
        request = _request(adviser.business, reply.mould, session, left, unfit)
        answer = await adviser.ask(request)
        if answer is None:
            break
        said = clean(answer.text, 4_000).strip()
        wrong = Unfit("cut off") if answer.finish is Finish.LENGTH else check(reply.mould, said)
        if wrong is None:
            return Worded(replies.reworded(reply, said), tuple(unfit))
        unfit.append(wrong)
    return Worded(None, tuple(unfit))


def _request(
    business: Business, mould: str, session: str, left_s: float, unfit: list[Unfit]
) -> Request:
    system = instructions(business)
    if unfit:
        system += f"\nПрошлый вариант не подошёл ({unfit[-1].why}). Держись ближе к тексту."
    return Request(
        purpose=Purpose.WORD,
        messages=(
            Said("system", system),
            Said("user", f"<phrase>{mould}</phrase>"),
        ),
        tenant=str(business.id),
        session=session,
        deadline_s=left_s,
        max_tokens=200 + len(mould) // 2,
        temperature=0.3,
    )


def instructions(business: Business) -> str:
    """The owner's tone and restrictions: style and topics, quoted; rules are not made here."""
    wishes = " ".join(clean(business.restrictions, RESTRICTIONS_SHOWN).split())
    told = f"Пожелания владельца к стилю и темам: «{wishes}»" if wishes else ""
    return (
        prompt("word")
        .replace("{salon}", " ".join(business.name.split())[:80])
        .replace("{tone}", TONES[business.tone])
        .replace("{restrictions}", told)
        .strip()
    )
