"""Columns that every table of the house spells the same way."""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKey, Integer

BigId = BigInteger().with_variant(Integer, "sqlite")


def row_id() -> Column[Any]:
    """The primary key: 64 bits, given by the database."""
    return Column("id", BigId, primary_key=True)


def refers(name: str, target: str, *, nullable: bool = False, **more: Any) -> Column[Any]:
    """A reference to another table's id."""
    return Column(name, BigId, ForeignKey(f"{target}.id", **more), nullable=nullable)


def of_business() -> Column[Any]:
    """The salon a row belongs to: each statement on the table must name it."""
    return Column("business_id", BigId, ForeignKey("businesses.id"), nullable=False)
