"""One writer each: whoever else wants to change these tables asks the one who may."""

from __future__ import annotations

import ast
from collections.abc import Iterable

import pytest
from source import Module, calls, dotted, modules

WRITES = ("insert", "update", "delete", "add", "add_once", "change", "remove", "ManyRows")

VISITS = (  # the verbs, and where they write
    "booking/holds.py",
    "booking/moves.py",
    "booking/occupancy.py",
    "booking/records.py",
    "proof/memory.py",  # in a database of its own, in memory: it aims at the constraint
)

# Table: the only modules that change it.
WRITERS = {
    "appointments": VISITS,
    "appointment_parts": VISITS,
    "appointment_changes": VISITS,
    "busy_spans": VISITS,
    "messages": ("conversations/messages.py",),
    "outbox": ("conversations/outbox.py", "conversations/settling.py"),
    "credentials": ("businesses/credentials.py",),
    "jobs": ("kit/jobs.py",),
}


def writers(table: str, of: Iterable[Module]) -> set[str]:
    """The modules that insert into, update or delete from a table."""
    return {
        module.path
        for module in of
        for name, call in calls(module.tree)
        if name.split(".")[-1] in WRITES and table in _tables(call)
    }


def _tables(call: ast.Call) -> set[str]:
    return {dotted(argument).split(".")[-1] for argument in call.args}


@pytest.mark.parametrize("table", WRITERS)
def test_a_table_has_one_writer(table: str) -> None:
    """A second door to a promise is seen at once."""
    assert writers(table, modules()) <= set(WRITERS[table])


def test_a_second_writer_is_seen() -> None:
    """Control: every way to spell a write is found, reading is not writing."""
    direct = Module("web/page.py", "conn.execute(update(appointments).values(status='x'))")
    dotted_ = Module("agent/x.py", "conn.execute(insert(conn, models.appointments))")
    short = Module("agent/z.py", "change(conn, appointments, mine, {'status': 'x'})")
    reader = Module("agent/y.py", "conn.execute(select(appointments))")

    found = writers("appointments", [direct, dotted_, short, reader])

    assert found == {"web/page.py", "agent/x.py", "agent/z.py"}
