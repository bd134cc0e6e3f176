"""The function dialect: the flat part of JSON Schema that GigaChat takes."""

from __future__ import annotations

import re
from typing import Any

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_FORBIDDEN = ("$ref", "$defs", "definitions", "anyOf", "oneOf", "allOf")
_FORMATS = ("date", "date-time", "time")


class Refused(Exception):
    """An API call answered with an error."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def check_function(function: Any) -> None:
    """Raise Refused (422) unless the function fits the dialect."""
    if not isinstance(function, dict):
        raise _bad("a function must be an object")
    name = function.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name) or name == "web_search":
        raise _bad(f"function name {name!r} is not allowed")
    _check(function.get("parameters"), "parameters", top=True)
    returned = function.get("return_parameters")
    if returned is not None:
        _check(returned, "return_parameters", top=True)


def _check(schema: Any, where: str, *, top: bool = False) -> None:
    if not isinstance(schema, dict):
        raise _bad(f"{where} must be an object")
    kind = schema.get("type")
    if not isinstance(kind, str):
        raise _bad(f"{where}: type must be one string")
    if top and kind != "object":
        raise _bad(f"{where}: type must be object")
    _check_words(schema, where)
    if kind == "object":
        properties = schema.get("properties")
        if not isinstance(properties, dict):
            raise _bad(f"{where}: an object needs properties")
        for name, inner in properties.items():
            _check(inner, f"{where}.{name}")
    elif kind == "array":
        if "items" not in schema:
            raise _bad(f"{where}: an array needs typed items")
        _check(schema["items"], f"{where}[]")


def _check_words(schema: dict[str, Any], where: str) -> None:
    for word in _FORBIDDEN:
        if word in schema:
            raise _bad(f"{where}: {word} is not supported")
    enum = schema.get("enum", [])
    if not isinstance(enum, list) or not all(isinstance(v, str) for v in enum):
        raise _bad(f"{where}: enum values must be strings")
    if schema.get("format") not in (None, *_FORMATS):
        raise _bad(f"{where}: format {schema['format']!r} is not supported")


def _bad(words: str) -> Refused:
    return Refused(422, f"Invalid params: {words}")
