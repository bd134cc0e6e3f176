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
    Reject,
    Reschedule,
    Unclear,
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
        case "m":
            menu: dict[str, Command] = {
                "book": Book(),
                "prices": AskPrice(),
                "human": Human("asked"),
            }
            if rest in menu:
                return [menu[rest]]
    return [Unclear("")]
