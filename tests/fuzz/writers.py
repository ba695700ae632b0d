"""Trees of `values` as CBOR and JSON, written as they are: names twice, odd numbers, halves of pairs and all.

`flaws` collects what no reader may accept, so that a verdict on a genuine certificate can be held against it.
"""

from __future__ import annotations

import json
import math
import random
import struct
from typing import Any

from fuzz.values import Pairs, Raw, Tag


def cbor(value: Any, flaws: set[str], draw: random.Random | None = None) -> bytes:
    """`value` in CBOR; `draw` now and then takes a longer head or an indefinite length, which say the same."""
    out = bytearray()
    _cbor(value, out, flaws, draw)
    return bytes(out)


def _cbor(value: Any, out: bytearray, flaws: set[str], draw: random.Random | None) -> None:
    if isinstance(value, Raw):
        out += value.data
    elif value is None or isinstance(value, bool):
        out.append(0xF6 if value is None else 0xF5 if value else 0xF4)
    elif isinstance(value, int):
        if not -(1 << 64) <= value < 1 << 64:
            value = max(-(1 << 64), min(value, (1 << 64) - 1))
        out += _head(1, -1 - value, draw) if value < 0 else _head(0, value, draw)
    elif isinstance(value, float):
        short = draw is not None and draw.random() < 0.3
        out += b"\xfa" + _single(value) if short else b"\xfb" + struct.pack(">d", value)
    elif isinstance(value, bytes):
        out += _head(2, len(value), draw) + value
    elif isinstance(value, str):
        out += _head(3, len(data := _utf8(value, flaws)), draw) + data
    elif isinstance(value, Tag):
        out += _head(6, value.number, draw)
        _cbor(value.value, out, flaws, draw)
    elif isinstance(value, (list, dict, Pairs)):
        _container(value, out, flaws, draw)
    else:
        raise TypeError(type(value).__name__)


def _container(value: Any, out: bytearray, flaws: set[str], draw: random.Random | None) -> None:
    items = (
        value if isinstance(value, list) else list(value.items if isinstance(value, Pairs) else value.items())
    )
    major = 4 if isinstance(value, list) else 5
    if major == 5:
        _note_repeats([key for key, _ in items], flaws)
    open_ended = draw is not None and draw.random() < 0.03
    out += bytes((major << 5 | 31,)) if open_ended else _head(major, len(items), draw)
    for item in items:
        if major == 4:
            _cbor(item, out, flaws, draw)
        else:
            _cbor(item[0], out, flaws, draw)
            _cbor(item[1], out, flaws, draw)
    if open_ended:
        out.append(0xFF)


def _head(major: int, argument: int, draw: random.Random | None) -> bytes:
    least = (
        0
        if argument < 24
        else 1
        if argument < 1 << 8
        else 2
        if argument < 1 << 16
        else 3
        if argument < 1 << 32
        else 4
    )
    if draw is not None and draw.random() < 0.01:
        least = draw.randrange(max(least, 1), 5)
    if least == 0:
        return bytes((major << 5 | argument,))
    return bytes((major << 5 | 23 + least,)) + argument.to_bytes(1 << (least - 1), "big")


def _single(value: float) -> bytes:
    try:
        return struct.pack(">f", value)
    except OverflowError:
        return struct.pack(">f", math.inf)


def written_json(value: Any, flaws: set[str], draw: random.Random | None = None) -> bytes:
    """`value` in JSON; what JSON has no form for becomes the nearest that it has."""
    if isinstance(value, Raw):
        return value.data
    if isinstance(value, Tag):
        return written_json(value.value, flaws, draw)
    if isinstance(value, float):
        if math.isfinite(value):
            return repr(value).encode()
        if math.isinf(value) and value > 0:
            return b"1e999999"  # a number, and beyond any
        flaws.add("a number that is none")
        return b"NaN" if math.isnan(value) else b"-Infinity"
    if isinstance(value, bytes):
        return written_json(value.decode("latin-1"), flaws, draw)
    if isinstance(value, str):
        return _quoted(value, flaws, draw)
    space = b" " if draw is not None and draw.random() < 0.02 else b""
    if isinstance(value, list):
        return b"[" + space + b",".join(written_json(each, flaws, draw) for each in value) + b"]"
    if isinstance(value, (dict, Pairs)):
        items = list(value.items if isinstance(value, Pairs) else value.items())
        names = [name if isinstance(name, str) else str(name) for name, _ in items]
        _note_repeats(names, flaws)
        members = [
            _quoted(name, flaws, draw) + b":" + space + written_json(each, flaws, draw)
            for name, (_, each) in zip(names, items, strict=True)
        ]
        return b"{" + b",".join(members) + b"}"
    return json.dumps(value).encode()


def _quoted(text: str, flaws: set[str], draw: random.Random | None) -> bytes:
    escaped = draw is not None and draw.random() < 0.05
    if any(0xD800 <= ord(letter) < 0xE000 for letter in text):
        escaped = draw is None or draw.random() < 0.7
        if not escaped or not _paired(text):
            flaws.add("half of a surrogate pair")
    return json.dumps(text, ensure_ascii=escaped).encode("utf-8", "surrogatepass")


def _utf8(text: str, flaws: set[str]) -> bytes:
    if any(0xD800 <= ord(letter) < 0xE000 for letter in text):
        flaws.add("half of a surrogate pair")
    return text.encode("utf-8", "surrogatepass")


def _paired(text: str) -> bool:
    try:
        text.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError:
        return False
    return True


def _note_repeats(names: list[Any], flaws: set[str]) -> None:
    seen = [(type(name), repr(name)) for name in names]
    if len(set(seen)) != len(seen):
        flaws.add("a name twice")
