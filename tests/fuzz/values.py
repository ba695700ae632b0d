"""Trees of values as signers and forgers may write them, and seeded changes anywhere in them.

A tree is made of Python's plain values, bytes, floats, and what these cannot say: `Pairs` is a map whose names may
repeat, `Tag` a tag of CBOR, `Raw` bytes that are written as they are. Texts may hold halves of surrogate pairs.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from fuzz.pieces import bend


@dataclass(frozen=True)
class Pairs:
    items: tuple[tuple[Any, Any], ...]


@dataclass(frozen=True)
class Tag:
    number: int
    value: Any


@dataclass(frozen=True)
class Raw:
    data: bytes


_NUMBERS = (
    0,
    1,
    -1,
    2,
    23,
    24,
    42,
    255,
    256,
    2**31,
    -(2**31) - 1,
    2**32,
    2**53,
    2**63,
    -(2**63) - 1,
    2**64 - 1,
    10**13,
)
_FLOATS = (0.5, 1.0, 2.9, -0.0, 1e9, 1.6e9, 1e300, math.nan, math.inf, -math.inf, 5e-324)
_TEXTS = (
    "",
    " ",
    "\x00",
    "\n",
    "x" * 90,
    "x" * 300,
    "Ж" * 129,
    "W" * 3000,
    "\ud800",
    "a\udfffb",
    "𝔊" * 30,
    "שלום",
    "é",
    "<<<",
    "a-" * 60,
    "·" * 50,
    "%s%d",
    "ok",
    "-1",
    "1e9",
    "null",
    "https://",
    "https://x.example/",
)
_DATES = (
    "2021",
    "2021-06",
    "2021-06-31",
    "2021-13-01",
    "2021-02-29",
    "2020-02-29",
    "0000-00-00",
    "0001-01-01",
    "9999-12-31",
    "2021-6-1",
    "2021-06-01T",
    "2021-06-01T24:00:00Z",
    "2021-06-01T10:00:60Z",
    "2021-06-01 10:00",
    "2021-06-01T10:00:00.123456789+05:30",
    "2021-06-01t10:00:00z",
    "2021-06-01T10:00:00+9",
    "2021-06-01T10:00:00−01:00",
    "2031-01-01",
    "2031-01-01T00:00:00Z",
    "2021-06-0١",
    "-021-06-01",
    "2021/06/01",
    "+2021-06-1",
)
_MORE = (
    None,
    True,
    False,
    b"",
    b"\x00" * 9,
    [],
    {},
    [[]],
    [None],
    {"": ""},
    {"a": {}},
    {0: 1},
    {b"k": 1},
    {True: 1},
)


def nodes(tree: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The path of each value in a tree: itself, members, elements."""
    yield path
    if isinstance(tree, dict):
        for key in tree:
            yield from nodes(tree[key], (*path, key))
    elif isinstance(tree, list):
        for at, value in enumerate(tree):
            yield from nodes(value, (*path, at))
    elif isinstance(tree, Tag):
        yield from nodes(tree.value, (*path, 0))


def at(tree: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        tree = tree.value if isinstance(tree, Tag) else tree[step]
    return tree


def put(tree: Any, path: tuple[Any, ...], value: Any) -> Any:
    """A copy of the tree with another value at a path."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(tree, Tag):
        return Tag(tree.number, put(tree.value, rest, value))
    out: Any = dict(tree) if isinstance(tree, dict) else list(tree)
    out[step] = put(tree[step], rest, value)
    return out


def twist(tree: Any, draw: random.Random, words: list[Any], others: list[Any]) -> Any:
    """One change somewhere in the tree. words: names worth trying; others: trees whose parts may be put in."""
    paths = list(nodes(tree))
    # What stands deep decides more often than what holds it.
    path = max(draw.choice(paths), draw.choice(paths), key=len)
    here = at(tree, path)
    kind = draw.randrange(10)
    if kind == 0 and others:
        other = draw.choice(others)
        return put(tree, path, at(other, draw.choice(list(nodes(other)))))
    if kind <= 2 and path and isinstance(at(tree, path[:-1]), (dict, list)):
        return put(tree, path[:-1], _rearranged(at(tree, path[:-1]), path[-1], draw, words))
    if isinstance(here, dict) and kind <= 5:
        out = dict(here)
        out[draw.choice(words)] = _any(draw)
        return put(tree, path, out)
    if isinstance(here, list) and here and kind <= 5:
        times = draw.choice((1, 2, 16, 17, 300))
        return put(tree, path, [*here, *([draw.choice(here)] * times)])
    if kind == 6:
        return put(tree, path, _wrapped(here, draw))
    return put(tree, path, _near(here, draw, words) if draw.random() < 0.7 else _any(draw))


def _rearranged(holder: Any, step: Any, draw: random.Random, words: list[Any]) -> Any:
    # Without a member, with it twice, under another name, or with two values exchanged.
    if isinstance(holder, list):
        out = list(holder)
        kind = draw.randrange(3)
        if kind == 0:
            del out[step]
        elif kind == 1:
            out.insert(draw.randrange(len(out) + 1), _any(draw))
        else:
            draw.shuffle(out)
        return out
    kind = draw.randrange(5)
    if kind == 0:
        return {name: holder[name] for name in holder if name != step}
    if kind == 1:
        items = list(holder.items())
        items.insert(draw.randrange(len(items) + 1), (step, draw.choice((holder[step], _any(draw)))))
        return Pairs(tuple(items))
    if kind == 2:
        return {(draw.choice(words) if name == step else name): holder[name] for name in holder}
    if kind == 3:
        names = list(holder)
        draw.shuffle(names)
        return {name: holder[name] for name in names}
    out = dict(holder)
    other = draw.choice(list(out))
    out[step], out[other] = out[other], out[step]
    return out


def _wrapped(value: Any, draw: random.Random) -> Any:
    kind = draw.randrange(5)
    if kind == 0:
        return [value]
    if kind == 1:
        return {draw.choice(("a", 1, "v", "code")): value}
    if kind == 2:
        return Tag(draw.choice((0, 1, 2, 16, 18, 24, 55799)), value)
    if kind == 3:
        for _ in range(draw.choice((4, 11, 12, 13, 16, 17, 60, 200))):
            value = [value]
        return value
    return [value, value]


def _near(value: Any, draw: random.Random, words: list[Any]) -> Any:
    """Another value of the same kind, or the same in another kind."""
    if isinstance(value, bool) or value is None:
        return draw.choice((True, False, None, 0, 1, "true", ""))
    if isinstance(value, int):
        near = (value + 1, value - 1, -value, value * 1000, value + 10**7, value - 10**7)
        return draw.choice((*near, float(value), value + 0.5, str(value), *_NUMBERS))
    if isinstance(value, float):
        return draw.choice((*_FLOATS, int(value) if math.isfinite(value) else 0))
    if isinstance(value, str):
        if value[:2] in ("19", "20") and draw.random() < 0.5:
            return draw.choice(_DATES)
        return draw.choice(
            (
                _bent_text(value, draw),
                _bent_text(value, draw),
                draw.choice(_TEXTS),
                draw.choice(words),
                value.encode("utf-8", "surrogatepass"),
            )
        )
    if isinstance(value, bytes):
        return draw.choice((bend(value, draw), value[:-1], value + b"\x00", b"", value.decode("latin-1")))
    return _any(draw)


def _bent_text(text: str, draw: random.Random) -> str:
    place = draw.randrange(len(text) + 1)
    kind = draw.randrange(6)
    if kind == 0:
        return text[:place] + text[place + 1 :]
    if kind == 1:
        return (
            text[:place]
            + chr(draw.choice((0, 9, 10, 32, 47, 0x2F, 0x3A, 0x661, 0x3C, 0x200B, 0xD801, 0x1F600)))
            + text[place:]
        )
    if kind == 2:
        return " " + text + "\t"
    if kind == 3:
        return text.swapcase()
    if kind == 4:
        return text * draw.choice((2, 9, 40))
    return text[:place]


def _any(draw: random.Random) -> Any:
    kind = draw.randrange(5)
    if kind == 0:
        return draw.choice(_NUMBERS)
    if kind == 1:
        return draw.choice(_FLOATS)
    if kind == 2:
        return draw.choice(_TEXTS)
    if kind == 3:
        return draw.choice(_DATES)
    return draw.choice(_MORE)
