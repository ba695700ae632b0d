"""The fields of a business rule, read strictly: what is not as the EU specifies it is one sentence, never a guess."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn

from gatepost.errors import GatepostError

_VERSION = re.compile(
    r"(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})"
    r"(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?"
)
_SHOWN = 80  # characters of a foreign text in a sentence of ours
_DESCRIBED = 200


class Fields:
    """The fields of one rule; GatepostError names `where` it stands and the field."""

    def __init__(self, content: Mapping[str, Any], where: str) -> None:
        self._content = content
        self._where = where

    def text(self, name: str) -> str:
        value = self._value(name)
        if not is_text(value) or not value.strip() or not value.isprintable():
            self._wrong(name, "a text", value)
        return value

    def choice(self, name: str, meanings: Mapping[str, Any]) -> Any:
        value = self._value(name)
        if not isinstance(value, str) or value not in meanings:
            self._wrong(name, "one of " + ", ".join(meanings), value)
        return meanings[value]

    def place(self, name: str) -> str:
        """A country or a region in the form that is compared; "" where there is none."""
        value = self._content.get(name)
        if value is not None and not is_text(value):
            self._wrong(name, "a text", value)
        return folded(value or "")

    def version(self, name: str) -> tuple[list[int], list[int]]:
        """The three numbers, and what ranks a version among others: before its release comes what leads to it."""
        value = self._value(name)
        found = _VERSION.fullmatch(value) if isinstance(value, str) else None
        pieces = found[4].split(".") if found and found[4] else []
        if not found or any(piece.isdecimal() and len(piece) > 9 for piece in pieces):
            self._wrong(name, "a version like 1.0.0", value)
        numbers = [int(found[number]) for number in (1, 2, 3)]
        if not pieces:
            return numbers, [*numbers, 1]
        rank = [*numbers, 0]
        for piece in pieces:  # a number comes before any text, and a text before those that it begins
            rank += [0, int(piece)] if piece.isdecimal() else [1, *piece.encode(), 0]
        return numbers, rank

    def seconds(self, name: str) -> int:
        value = self._value(name)
        try:
            moment = datetime.fromisoformat(value)
            return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())
        except (TypeError, ValueError, OverflowError):
            self._wrong(name, "a time like 2021-07-01T00:00:00Z", value)

    def description(self) -> str:
        """In English, else in the first language; "" without one."""
        name = "Description"
        texts = {}
        given = self._content.get(name)
        if given is not None and not isinstance(given, list):
            self._wrong(name, "a list of {lang, desc}", given)
        for each in given or []:
            lang, desc = (each.get("lang"), each.get("desc")) if isinstance(each, dict) else (None, None)
            if not is_text(lang) or not is_text(desc):
                raise GatepostError(f"{self._where}: {name} has an entry whose lang or desc is no text")
            texts.setdefault(lang, desc)
        text = texts.get("en") or next(iter(texts.values()), "")
        return _printable(" ".join(text.split()))[:_DESCRIBED]

    def _value(self, name: str) -> Any:
        if name not in self._content:
            raise GatepostError(f"{self._where}: has no field {name}")
        return self._content[name]

    def _wrong(self, name: str, wanted: str, value: Any) -> NoReturn:
        raise GatepostError(f"{self._where}: {name} is {wanted}, not {_said(value)}")


def folded(text: str) -> str:
    """A country or a region as the scanner compares it: neither capitals nor spaces around it matter."""
    return " ".join(text.split()).upper()


def is_text(value: Any) -> bool:
    """A text that can be written; JSON also has halves of characters, which cannot."""
    if not isinstance(value, str):
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def shown(text: str) -> str:
    """A foreign text within a sentence of ours: short, and nothing in it that a terminal obeys."""
    text = _printable(text)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "..."


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _said(value: Any) -> str:
    if isinstance(value, (list, dict)):
        return "a list" if isinstance(value, list) else "an object"
    return "null" if value is None else shown(repr(value))
