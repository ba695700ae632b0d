# Format and version information (ISO/IEC 18004:2015, 7.9, 7.10, Annexes C and D).
#
# Both are short BCH codes, few enough words to compare with all of them, and each stands in the symbol twice.
# Format information is not decided here: `rank` gives every combination of level and mask a distance over both
# copies, and the payload, which has the stronger code, has the last word.

from array import array

import micropython
from micropython import const

LEVELS = ("M", "L", "H", "Q")  # by the two level bits (Table 12)

_FORMAT_GENERATOR = const(0x537)  # x^10 + x^8 + x^5 + x^4 + x^2 + x + 1
_FORMAT_XOR = const(0x5412)
_VERSION_GENERATOR = const(0x1F25)  # x^12 + x^11 + x^10 + x^9 + x^8 + x^5 + x^2 + 1
_CORRECTABLE = const(3)  # of both codes: their distances are 7 and 8
NOT_THIS = const(255)  # the rank of what is out of the question


@micropython.viper
def _bch(data: int, shift: int, generator: int) -> int:
    # The codeword of `data`: followed by the remainder of its division by `generator`.
    rest = data << shift
    bit = 5
    while bit >= 0:
        if (rest >> (bit + shift)) & 1:
            rest = rest ^ (generator << bit)
        bit -= 1
    return (data << shift) | rest


def format_bits(value):
    """The 15 masked format bits of value 0..31 (two level bits, three mask bits)."""
    return _bch(value, 10, _FORMAT_GENERATOR) ^ _FORMAT_XOR


def version_bits(version):
    """The 18 version information bits of a version 7..40."""
    return _bch(version, 12, _VERSION_GENERATOR)


@micropython.viper
def _first_copy(grid: ptr8, row: int, col: int) -> int:
    # Around the finder pattern top left. row and col: steps in `grid` from a module to the next below and beside.
    bits = 0
    i = 0
    while i < 6:
        bits = bits | ((grid[i * row + 8 * col] & 1) << i)
        bits = bits | ((grid[8 * row + i * col] & 1) << (14 - i))
        i += 1
    bits = bits | ((grid[7 * row + 8 * col] & 1) << 6)
    bits = bits | ((grid[8 * row + 8 * col] & 1) << 7)
    return bits | ((grid[8 * row + 7 * col] & 1) << 8)


@micropython.viper
def _second_copy(grid: ptr8, size: int, row: int, col: int) -> int:
    # Below the finder pattern top right, and beside the one bottom left.
    bits = 0
    i = 0
    while i < 8:
        bits = bits | ((grid[8 * row + (size - 1 - i) * col] & 1) << i)
        i += 1
    while i < 15:
        bits = bits | ((grid[(size - 15 + i) * row + 8 * col] & 1) << i)
        i += 1
    return bits


@micropython.viper
def _ones(v: int) -> int:
    count = 0
    while v:
        v = v & (v - 1)
        count += 1
    return count


# The 32 format words, made once.
_words = array("H", [format_bits(value) for value in range(32)])


@micropython.viper
def _distances(a: int, b: int, words: ptr16, ranks: ptr8, start: int):
    i = 0
    while i < 32:
        v = words[i] ^ a
        da = 0
        while v:
            v = v & (v - 1)
            da += 1
        v = words[i] ^ b
        db = 0
        while v:
            v = v & (v - 1)
            db += 1
        if da > _CORRECTABLE and db > _CORRECTABLE:
            da = NOT_THIS
            db = 0
        ranks[start + i] = da + db
        i += 1


def rank(grid, size, ranks):
    """Fill `ranks` (64 bytes) with the distance of each format over both copies, NOT_THIS where neither copy is
    within three bits. Index: format value 0..31, and 32 more where the symbol is read transposed (mirrored)."""
    _distances(_first_copy(grid, size, 1), _second_copy(grid, size, size, 1), _words, ranks, 0)
    _distances(_first_copy(grid, 1, size), _second_copy(grid, size, 1, size), _words, ranks, 32)


@micropython.viper
def best(ranks: ptr8) -> int:
    """Index of the smallest distance in `ranks` (64 bytes), or -1 when none is left."""
    at = 0 - 1
    least = 255
    i = 0
    while i < 64:
        if ranks[i] < least:
            least = ranks[i]
            at = i
        i += 1
    return at


def read_format(grid, size):
    """(level, mask, distance) of the likeliest format information of an upright symbol; None where neither copy is
    within three bits of any. distance counts wrong bits over both copies (0..30)."""
    ranks = bytearray(64)
    rank(grid, size, ranks)
    for i in range(32, 64):
        ranks[i] = NOT_THIS
    at = best(ranks)
    return None if at < 0 else (LEVELS[at >> 3], at & 7, ranks[at])


def version_near_finders(a, b):
    """Version 7..40 whose information is nearest to both copies, or 0 where neither copy is within three bits.

    Bit i (bit 0 least significant) of `a` is the module at row i // 3, column size - 11 + i % 3, beside the finder
    pattern top right; of `b` the module at row size - 11 + i % 3, column i // 3, above the one bottom left.
    """
    found = 0
    least = 99
    for version in range(7, 41):
        word = version_bits(version)
        da = _ones((a ^ word) & 0x3FFFF)
        db = _ones((b ^ word) & 0x3FFFF)
        if (da <= _CORRECTABLE or db <= _CORRECTABLE) and da + db <= least:
            # Two versions equally near: better none than the wrong one.
            found = version if da + db < least else 0
            least = da + db
    return found


def read_version(grid, size):
    """The version that a grid of `size` modules names itself: from its version information (0 where it cannot be
    read), or below version 7 from its size."""
    if size < 45:
        return (size - 17) >> 2
    a = b = 0
    for i in range(18):
        y = i // 3
        x = size - 11 + i % 3
        a |= (grid[y * size + x] & 1) << i
        b |= (grid[x * size + y] & 1) << i
    return version_near_finders(a, b)
