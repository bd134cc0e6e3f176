"""What an import changes, kept while it is written: only what differs is."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, insert, select, update

from beautybot.kit.text import counted

LONGEST_LISTED = 12


@dataclass(slots=True)
class Difference:
    """What an import changes, in words of its fields; empty when the file is in force already."""

    slug: str
    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    retired: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.created or self.updated or self.retired)

    def __str__(self) -> str:
        if not self:
            return f"{self.slug}: изменений нет"
        lines = [f"Салон {self.slug}:"]
        for sign, title, items in (
            ("+", "добавлено", self.created),
            ("~", "изменено", self.updated),
            ("-", "убрано", self.retired),
        ):
            if items:
                lines.append(f"{title}: {counted(len(items), 'строка', 'строки', 'строк')}")
                lines += [f"  {sign} {item}" for item in items[:LONGEST_LISTED]]
                if len(items) > LONGEST_LISTED:
                    lines.append(f"  … и ещё {len(items) - LONGEST_LISTED}")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of one salon in one transaction, and what has changed of them so far."""

    conn: Connection
    business_id: int
    now: datetime
    difference: Difference

    def put(
        self,
        table: Table,
        ref: str,
        values: Mapping[str, Any],
        title: str,
        only: Collection[str] | None = None,
    ) -> int:
        """
        Insert or update one row by its id of the file; its row id.

        `only` names the columns that a row which exists already may change.
        """
        mine = (table.c.business_id == self.business_id, table.c.ref == ref)
        row = self.conn.execute(select(table).where(*mine)).one_or_none()
        if row is None:
            made: int = self.conn.execute(
                insert(table)
                .values(business_id=self.business_id, ref=ref, **values)
                .returning(table.c.id)
            ).scalar_one()
            self.difference.created.append(title)
            return made
        changed = {
            k: v for k, v in values.items() if getattr(row, k) != v and (only is None or k in only)
        }
        if changed:
            self.conn.execute(update(table).where(*mine).values(**changed))
            names = ", ".join(k for k in changed if k not in ("position", "name_forms"))
            self.difference.updated.append(f"{title}: {names}" if names else title)
        return int(row.id)

    def retire(self, table: Table, kept: Collection[str]) -> None:
        """What the file does not name any more is not offered; its visits stay."""
        whose = table.c.business_id == self.business_id
        rows = self.conn.execute(
            select(table.c.id, table.c.ref, table.c.name).where(whose, table.c.retired_at.is_(None))
        ).all()
        for row in rows:
            if row.ref not in kept:
                gone = update(table).where(whose, table.c.id == row.id)
                self.conn.execute(gone.values(retired_at=self.now))
                self.difference.retired.append(row.name)

    def replace(
        self,
        table: Table,
        whose: Mapping[str, Any],
        columns: tuple[str, ...],
        wanted: Collection[tuple[Any, ...]],
        title: str,
    ) -> None:
        """Make the rows of one owner just these; nothing happens if they are already."""
        mine: list[ColumnElement[bool]] = [table.c.business_id == self.business_id]
        mine += [table.c[k].is_(None) if v is None else table.c[k] == v for k, v in whose.items()]
        have = self.conn.execute(select(*(table.c[name] for name in columns)).where(*mine))
        if sorted(map(repr, map(tuple, have))) == sorted(map(repr, wanted)):
            return
        self.conn.execute(delete(table).where(*mine))
        for values in wanted:
            row = dict(zip(columns, values, strict=True))
            self.conn.execute(insert(table).values(business_id=self.business_id, **whose, **row))
        self.difference.updated.append(title)
