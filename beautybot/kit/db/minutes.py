"""
Times as whole minutes since the epoch, in lists that the database puts together.

A row a time costs more to fetch than to find.  Where thousands of times are
wanted, one JSON text a group is read several times faster, on either engine.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from beautybot.kit.db.schema import Json


class minutes_listed(GenericFunction[list[int]]):
    """
    An aggregate: the times of a column, rounded down, as a list of whole minutes.

    Several in one SELECT go through the rows in the same order.
    """

    type = Json()
    inherit_cache = True


@compiles(minutes_listed, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **how: Any) -> str:
    return f"'[' || group_concat(unixepoch({compiler.process(element.clauses, **how)}) / 60) || ']'"


@compiles(minutes_listed, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **how: Any) -> str:
    seconds = f"extract(epoch FROM {compiler.process(element.clauses, **how)})"
    return f"'[' || string_agg(floor({seconds} / 60)::text, ',') || ']'"
