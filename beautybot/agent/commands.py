"""
The closed list of things a client can mean.

Rules, buttons and a language model all end here.  A command carries the
client's meaning, never an effect: prices, times and ids in it were resolved by
our own code against this salon's catalogue.
"""

from __future__ import annotations

from dataclasses import dataclass

from beautybot.agent.topics import Topic
from beautybot.agent.wishes import ServiceWish, When
from beautybot.russian.picking import Direction


@dataclass(frozen=True, slots=True)
class Greet:
    """Hello, or the conversation was opened."""

    start_param: str = ""
    opened: bool = False


@dataclass(frozen=True, slots=True)
class Thank:
    """Thank you."""


@dataclass(frozen=True, slots=True)
class Leave:
    """Goodbye."""


@dataclass(frozen=True, slots=True)
class GiveUp:
    """«Передумала, ничего не надо»: the wish is off, whatever was asked about it."""


@dataclass(frozen=True, slots=True)
class Ponder:
    """«Я подумаю»: neither yes nor no, and not to be asked again at once."""


@dataclass(frozen=True, slots=True)
class AskPrice:
    """How much is it."""

    wishes: tuple[ServiceWish, ...] = ()


@dataclass(frozen=True, slots=True)
class AskInfo:
    """A question that is not about a price."""

    topic: Topic
    text: str
    wishes: tuple[ServiceWish, ...] = ()
    when: When | None = None


@dataclass(frozen=True, slots=True)
class ListBookings:
    """When is my booking."""


@dataclass(frozen=True, slots=True)
class Book:
    """The client wants to come."""


@dataclass(frozen=True, slots=True)
class SetServices:
    """What the client wants done."""

    wishes: tuple[ServiceWish, ...]
    instead: bool = False


@dataclass(frozen=True, slots=True)
class SetSpecialist:
    """Who should do it: candidates, anybody, or anybody but some."""

    refs: tuple[str, ...] = ()
    any_one: bool = False
    excluded: tuple[str, ...] = ()
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class SetWhen:
    """When the client wants to come."""

    when: When


@dataclass(frozen=True, slots=True)
class SetName:
    """The client's name, in the client's own words."""

    name: str


@dataclass(frozen=True, slots=True)
class SetPhone:
    """The client's phone in E.164; None where the number cannot be one."""

    phone: str | None


@dataclass(frozen=True, slots=True)
class Choose:
    """One of the numbered options we sent: 1 is the first, -1 the last."""

    number: int
    offer: str | None = None  # which offer a button belongs to


@dataclass(frozen=True, slots=True)
class Confirm:
    """Yes.  `proposal` is set when a button of that very proposal was pressed."""

    proposal: str | None = None


@dataclass(frozen=True, slots=True)
class Reject:
    """No."""

    proposal: str | None = None


@dataclass(frozen=True, slots=True)
class CancelBooking:
    """Cancel a visit of her own: of a pressed button, or by its `place` among hers, -1 the last."""

    when: When | None = None
    visit: int | None = None
    place: int | None = None


@dataclass(frozen=True, slots=True)
class Shift:
    """Not these times: later ones, earlier ones, or just others."""

    direction: Direction


@dataclass(frozen=True, slots=True)
class Reschedule:
    """Move a visit, told as in `CancelBooking`; with `direction` by so many `minutes`."""

    when: When | None = None
    visit: int | None = None
    place: int | None = None
    direction: Direction | None = None
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class WillCome:
    """The client says that they will come to a visit, after a reminder."""

    visit: int


@dataclass(frozen=True, slots=True)
class Human:
    """A person, please; or a matter only a person may answer."""

    reason: str


@dataclass(frozen=True, slots=True)
class Late:
    """I am running late."""

    text: str


@dataclass(frozen=True, slots=True)
class Repeat:
    """The same as last time."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Write to me if such a time becomes free."""


@dataclass(frozen=True, slots=True)
class StopWaiting:
    """I no longer wait for a time to become free."""


@dataclass(frozen=True, slots=True)
class TakeFreed:
    """Yes to a freed time we wrote of first."""

    offer: int
    pressed: bool = False


@dataclass(frozen=True, slots=True)
class LeaveFreed:
    """No to a freed time we wrote of first; `stop`: and wait no more."""

    offer: int
    stop: bool = False


@dataclass(frozen=True, slots=True)
class Invited:
    """May we invite the client again some time after a visit: yes, no, or no more."""

    agrees: bool


@dataclass(frozen=True, slots=True)
class Claim:
    """The code of a hold that an assistant made: the client opened its link."""

    code: str


@dataclass(frozen=True, slots=True)
class StopWriting:
    """Do not write to me first any more."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A photo, a voice note or something else we cannot read as words."""

    kind: str


@dataclass(frozen=True, slots=True)
class OffTopic:
    """Nothing a salon's receptionist answers."""


@dataclass(frozen=True, slots=True)
class Speaks:
    """The message is not in Russian; `alone`: and nothing in it was understood."""

    language: str
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Unclear:
    """Words we could not make sense of."""

    text: str


Command = (
    Greet
    | Thank
    | Leave
    | GiveUp
    | Ponder
    | AskPrice
    | AskInfo
    | ListBookings
    | Book
    | SetServices
    | SetSpecialist
    | SetWhen
    | SetName
    | SetPhone
    | Choose
    | Shift
    | Confirm
    | Reject
    | CancelBooking
    | Reschedule
    | WillCome
    | Human
    | Late
    | Repeat
    | Wait
    | StopWaiting
    | TakeFreed
    | LeaveFreed
    | Invited
    | Claim
    | StopWriting
    | Attached
    | OffTopic
    | Speaks
    | Unclear
)
