"""Module grids of QR Code symbols for tests, made by segno, and where their codewords lie.

The placement is found anew here, from segno's own account of which modules hold data, so that a test can spoil
exactly the codeword it means to and the firmware's geometry is checked by someone else's.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from functools import lru_cache

import segno
from segno import consts

DATA_TYPES = (consts.TYPE_DATA_DARK, consts.TYPE_DATA_LIGHT)
_LEVELS = {
    "L": consts.ERROR_LEVEL_L,
    "M": consts.ERROR_LEVEL_M,
    "Q": consts.ERROR_LEVEL_Q,
    "H": consts.ERROR_LEVEL_H,
}


def grid(code: segno.QRCode) -> bytearray:
    """The grid as the firmware takes it: a byte a module, 1 for dark."""
    return bytearray(1 if module else 0 for row in code.matrix for module in row)


@lru_cache(maxsize=512)
def _made(payload: str | bytes, version: int, level: str, mask: int | None) -> bytes:
    code = segno.make(payload, version=version, error=level, mask=mask, boost_error=False, micro=False)
    return bytes(grid(code))


def made(payload: str | bytes, version: int, level: str, mask: int | None = None) -> bytearray:
    """The grid of a symbol with exactly these properties."""
    return bytearray(_made(payload, version, level, mask))


def transposed(modules: bytes, size: int) -> bytearray:
    return bytearray(modules[x * size + y] for y in range(size) for x in range(size))


@lru_cache(maxsize=64)
def data_map(version: int) -> tuple[tuple[bool, ...], ...]:
    """Rows of True where a module holds data (codewords or remainder bits)."""
    code = segno.make("1", version=version, error="L", mask=0, boost_error=False, micro=False)
    rows = [[module in DATA_TYPES for module in row] for row in code.matrix_iter(border=0, verbose=True)]
    # segno's account (not its symbols) takes one module too many for format information: eight stand at the right
    # end of row 8, not nine (figure 25).
    rows[8][len(rows) - 9] = True
    return tuple(tuple(row) for row in rows)


@lru_cache(maxsize=64)
def placement(version: int) -> tuple[tuple[int, int], ...]:
    """(row, column) of each data module in the order of the bit stream (7.7.3)."""
    here = data_map(version)
    size = len(here)
    order: list[tuple[int, int]] = []
    columns = [x for x in range(size - 1, -1, -1) if x != 6]
    for pair, (right, left) in enumerate(zip(columns[::2], columns[1::2], strict=True)):
        rows = range(size) if pair % 2 else range(size - 1, -1, -1)
        order += [(y, x) for y in rows for x in (right, left) if here[y][x]]
    return tuple(order)


def modules_of_codeword(version: int, index: int) -> list[int]:
    """Grid indices of the eight modules of codeword `index` in the order of placement."""
    size = 17 + 4 * version
    return [y * size + x for y, x in placement(version)[8 * index : 8 * index + 8]]


@lru_cache(maxsize=256)
def blocks(version: int, level: str) -> tuple[tuple[tuple[int, ...], int], ...]:
    """For each block: indices, in the order of placement, of its codewords; and how many of them are parity."""
    shapes = [
        (e.num_total, e.num_data) for e in consts.ECC[version][_LEVELS[level]] for _ in range(e.num_blocks)
    ]
    members: list[list[int]] = [[] for _ in shapes]
    index = 0
    for step in range(max(data for _, data in shapes)):
        for block, (_, data) in enumerate(shapes):
            if step < data:
                members[block].append(index)
                index += 1
    for _ in range(shapes[0][0] - shapes[0][1]):
        for each in members:
            each.append(index)
            index += 1
    return tuple((tuple(each), total - data) for each, (total, data) in zip(members, shapes, strict=True))


def spoil(modules: bytearray, version: int, codewords: Iterable[int], rng: random.Random) -> None:
    """Change each of these codewords, by one module or more."""
    for index in codewords:
        places = modules_of_codeword(version, index)
        for place in rng.sample(places, rng.randint(1, 8)):
            modules[place] ^= 1
