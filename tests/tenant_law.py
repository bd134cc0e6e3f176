"""
The law of the tenants, held at run time.

A statement that touches a table with a `business_id` names the salon: each
such table is bound by `business_id = …`, or to one that is.  The only way
around is `across_salons(statement)`, which can be searched for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Delete, Insert, Join, Select, Table, TextClause, Update
from sqlalchemy.sql import operators, visitors
from sqlalchemy.sql.elements import BinaryExpression, BooleanClauseList, ClauseElement, Grouping
from sqlalchemy.sql.selectable import Alias, FromClause

from beautybot.kit.db import metadata

_WORD = re.compile(r"[a-z_]+")
_LAWFUL: set[object] = set()
"""The shapes (SQLAlchemy's cache keys: all but the values) of statements that kept the law."""


class ForgotTheSalon(AssertionError):
    """A statement could see or change the rows of another salon."""


def check(
    _conn: Any,
    statement: Any,
    multiparams: Sequence[Mapping[str, Any]],
    params: Mapping[str, Any],
    options: Mapping[str, Any],
) -> None:
    """A listener of `before_execute`: raise ForgotTheSalon for an unbound statement."""
    if not isinstance(statement, ClauseElement) or options.get("across_salons"):
        return
    if statement.get_execution_options().get("across_salons"):  # type: ignore[attr-defined]
        return
    if isinstance(statement, TextClause):
        _check_text(statement)
        return
    shape = statement._generate_cache_key()
    if shape is None or shape.key not in _LAWFUL:
        _check_parts(statement)
        if shape is not None:
            _LAWFUL.add(shape.key)
    if isinstance(statement, Insert) and _is_tenant(statement.table):
        given = {key for values in (*multiparams, params) for key in values}
        named = {getattr(c, "key", c) for c in _inserted(statement)} | given
        _refuse(statement, set() if "business_id" in named else {statement.table.name})


def _check_parts(statement: ClauseElement) -> None:
    parts = [e for e in visitors.iterate(statement) if isinstance(e, Select | Update | Delete)]
    outer = frozenset(name for part in parts for name in _bound(part))
    for part in parts:
        _refuse(statement, _tenants(part) - _bound(part, outer))


def _check_text(statement: TextClause) -> None:
    words = set(_WORD.findall(statement.text.lower()))
    if "business_id" not in words:
        _refuse(
            statement,
            {table.name for table in metadata.tables.values() if _is_tenant(table)} & words,
        )


def _refuse(statement: Any, unbound: Iterable[str]) -> None:
    if names := ", ".join(sorted(unbound)):
        raise ForgotTheSalon(f"{names}: bind business_id, or mark across_salons():\n{statement}")


def _is_tenant(table: FromClause) -> bool:
    plain = table.element if isinstance(table, Alias) else table
    return isinstance(plain, Table) and "business_id" in plain.c


def _tenants(part: Any) -> set[str]:
    return {_name(table) for table in _tables(part) if _is_tenant(table)}


def _tables(part: Any) -> Iterator[FromClause]:
    if not isinstance(part, Select):
        yield part.table
        return
    waiting = list(part.get_final_froms())
    while waiting:
        source = waiting.pop()
        if isinstance(source, Join):
            waiting += [source.left, source.right]
        else:
            yield source


def _bound(part: Any, outer: frozenset[str] = frozenset()) -> set[str]:
    """The tables of one SELECT, UPDATE or DELETE that are tied to a salon."""
    bound = set(outer)
    conditions = list(_conditions(part))
    while True:
        more = {name for c in conditions for name in _ties(c, bound)} - bound
        if not more:
            return bound
        bound |= more


def _conditions(part: Any) -> Iterator[BinaryExpression[Any]]:
    """The comparisons that must all be true: inside an OR they promise nothing."""
    waiting: list[Any] = [part.whereclause]
    if isinstance(part, Select):
        froms = list(part.get_final_froms())
        while froms:
            source = froms.pop()
            if isinstance(source, Join):
                waiting.append(source.onclause)
                froms += [source.left, source.right]
    while waiting:
        clause = waiting.pop()
        if isinstance(clause, Grouping):
            waiting.append(clause.element)
        elif isinstance(clause, BooleanClauseList) and clause.operator is operators.and_:
            waiting += clause.clauses
        elif isinstance(clause, BinaryExpression) and clause.operator in _TIES:
            yield clause


_TIES = (operators.eq, operators.in_op)


def _ties(condition: BinaryExpression[Any], bound: set[str]) -> Iterator[str]:
    for here, there in (
        (condition.left, condition.right),
        (condition.right, condition.left),
    ):
        if not (isinstance(here, Column) and _names_a_salon(here)):
            continue
        if not isinstance(there, Column) or _name(there.table) in bound:
            yield _name(here.table)


def _names_a_salon(column: Column[Any]) -> bool:
    plain = column.table.element if isinstance(column.table, Alias) else column.table
    of_salons = getattr(plain, "name", "") == "businesses" and column.name in ("id", "slug")
    return column.name == "business_id" or of_salons


def _name(table: Any) -> str:
    return str(table.name)


def _inserted(statement: Insert) -> set[Any]:
    if statement.select is not None:
        return set(statement._select_names or ())
    values: set[Any] = set(statement._values or ())
    for rows in statement._multi_values:
        for row in rows:
            values |= set(row)
    return values
