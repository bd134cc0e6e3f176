"""What a pressed button means: its reference was made by us, and is checked again when played."""

from __future__ import annotations

from beautybot.agent.commands import (
    AskPrice,
    Book,
    CancelBooking,
    Choose,
    Command,
    Confirm,
    Human,
    Invited,
    LeaveFreed,
    Reject,
    Repeat,
    Reschedule,
    TakeFreed,
    Unclear,
    Wait,
    WillCome,
)


def read(reference: str) -> list[Command]:
    """The command of a button; anything we did not make is unclear, never an error."""
    kind, _, rest = reference.partition(":")
    match kind:
        case "o":
            offer, _, number = rest.partition(":")
            if number.isascii() and number.isdigit() and len(number) < 4:
                return [Choose(int(number), offer)]
        case "y":
            return [Confirm(rest)]
        case "n":
            return [Reject(rest)]
        case "c":
            return [Confirm() if rest == "yes" else Reject()]
        case "r":
            what, _, number = rest.partition(":")
            if number.isascii() and number.isdigit() and len(number) < 16:
                visit = int(number)
                reminded: dict[str, Command] = {
                    "ok": WillCome(visit),
                    "move": Reschedule(visit=visit),
                    "cancel": CancelBooking(visit=visit),
                }
                if what in reminded:
                    return [reminded[what]]
        case "w":
            return _of_freed(rest)
        case "a" if rest in ("yes", "no"):
            return [Invited(rest == "yes")]
        case "m":
            menu: dict[str, Command] = {
                "book": Book(),
                "prices": AskPrice(),
                "human": Human("asked"),
                "wait": Wait(),
                "again": Repeat(),
            }
            if rest in menu:
                return [menu[rest]]
    return [Unclear("")]


def _of_freed(rest: str) -> list[Command]:
    """A button under a freed time that we wrote of first."""
    what, _, number = rest.partition(":")
    if not (number.isascii() and number.isdigit() and len(number) < 16):
        return [Unclear("")]
    offer = int(number)
    answers: dict[str, Command] = {
        "yes": TakeFreed(offer, pressed=True),
        "no": LeaveFreed(offer),
        "off": LeaveFreed(offer, stop=True),
    }
    return [answers[what]] if what in answers else [Unclear("")]
