"""What a booking puts an end to: the waiting for just such a visit, and the offer it came from."""

from __future__ import annotations

from beautybot.agent.move import Move
from beautybot.booking import waitlist
from beautybot.booking.visits import Appointment
from beautybot.notifications import freed_offers
from beautybot.notifications.freed_offers import Outcome


def by(move: Move, visit: Appointment, hold_id: int) -> None:
    """The client has this visit now, from that hold: nobody waits for it any more."""
    desk = move.desk
    offer = freed_offers.of_hold(desk.conn, desk.business.id, hold_id)
    over = [] if offer is None else [offer.waiting_id]
    if offer is not None:
        freed_offers.settle(desk.conn, desk.business.id, offer.id, Outcome.TAKEN)
    services = {p.service_id for p in visit.parts}
    over += [
        entry.id
        for entry in waitlist.of_clients(desk.conn, desk.business.id, desk.me, desk.now)
        if set(entry.services) == services
        and any(start <= visit.start < end for start, end in entry.windows)
    ]
    waitlist.close(desk.conn, desk.business.id, over, "booked", desk.now)
