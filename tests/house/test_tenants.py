"""The tenant law itself: what it lets pass and what it refuses."""

from __future__ import annotations

import pytest
from draft_migration import all_tables
from sqlalchemy import Connection, delete, exists, insert, literal, or_, select, text, update
from sqlalchemy.sql.base import Executable
from tenant_law import ForgotTheSalon, check

from beautybot.booking.models import services
from beautybot.businesses.models import businesses, channel_accounts
from beautybot.conversations.models import clients, conversations, messages
from beautybot.kit.db import Database, across_salons

all_tables()
other = clients.alias()

NAMES_THE_SALON = {
    "where": select(clients).where(clients.c.business_id == 1, clients.c.id == 2),
    "either way round": select(clients).where(literal(1) == clients.c.business_id),
    "one of": select(clients).where(clients.c.business_id.in_([1])),
    "through a join": select(messages)
    .join(conversations, conversations.c.business_id == messages.c.business_id)
    .where(conversations.c.business_id == 1),
    "through the salon": select(clients)
    .join(businesses, businesses.c.id == clients.c.business_id)
    .where(businesses.c.slug == "romashka"),
    "in a subquery too": select(messages).where(
        messages.c.business_id == 1,
        messages.c.conversation_id.in_(
            select(conversations.c.id).where(conversations.c.business_id == 1)
        ),
    ),
    "correlated": select(clients).where(
        clients.c.business_id == 1,
        exists().where(
            conversations.c.business_id == clients.c.business_id,
            conversations.c.client_id == clients.c.id,
        ),
    ),
    "update": update(clients).where(clients.c.business_id == 1).values(name="Ольга"),
    "delete": delete(clients).where(clients.c.business_id == 1),
    "insert": insert(clients).values(business_id=1, name="Ольга"),
    "insert many": insert(clients).values([{"business_id": 1}, {"business_id": 1}]),
    "no tenant's table": select(businesses),
    "marked": across_salons(select(clients)),
    "text": text("SELECT name FROM clients WHERE business_id = :id"),
}
FORGETS_IT = {
    "by id only": select(clients).where(clients.c.id == 2),
    "nothing": select(clients.c.name),
    "an or": select(clients).where(or_(clients.c.business_id == 1, clients.c.id == 2)),
    "one of two": select(messages)
    .join(conversations, conversations.c.id == messages.c.conversation_id)
    .where(messages.c.business_id == 1),
    "tied to each other only": select(messages).join(
        conversations, conversations.c.business_id == messages.c.business_id
    ),
    "the alias": select(clients, other).where(clients.c.business_id == 1),
    "a subquery": select(messages).where(
        messages.c.business_id == 1,
        messages.c.conversation_id.in_(select(conversations.c.id)),
    ),
    "not equal": select(clients).where(clients.c.business_id != 1),
    "update": update(clients).where(clients.c.id == 2).values(name="Ольга"),
    "delete": delete(channel_accounts),
    "insert": insert(services).values(name="Маникюр"),
    "text": text("SELECT name FROM clients WHERE id = :id"),
}


@pytest.mark.parametrize("statement", NAMES_THE_SALON.values(), ids=NAMES_THE_SALON)
def test_a_statement_that_names_its_salon_passes(statement: Executable) -> None:
    """Every way in which the house writes its statements is understood."""
    check(None, statement, [], {}, {})


@pytest.mark.parametrize("statement", FORGETS_IT.values(), ids=FORGETS_IT)
def test_a_statement_that_forgets_its_salon_is_refused(statement: Executable) -> None:
    """What could touch another salon's rows does not run."""
    with pytest.raises(ForgotTheSalon, match="bind business_id"):
        check(None, statement, [], {}, {})


@pytest.mark.parametrize("statement", FORGETS_IT.values(), ids=FORGETS_IT)
def test_what_was_lawful_before_excuses_nothing(statement: Executable) -> None:
    """Shapes that kept the law are remembered; what breaks it is refused each time it comes."""
    for lawful in NAMES_THE_SALON.values():
        check(None, lawful, [], {}, {})

    for _ in range(2):
        with pytest.raises(ForgotTheSalon, match="bind business_id"):
            check(None, statement, [], {}, {})


async def test_the_law_is_in_force_where_statements_run(db: Database) -> None:
    """A verb that forgets the salon fails the test it runs in."""

    def every_client(conn: Connection) -> int:
        return len(conn.execute(select(clients)).all())

    with pytest.raises(ForgotTheSalon, match="clients"):
        await db.read(every_client)
