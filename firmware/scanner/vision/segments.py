# From data codewords to the payload: the bit stream of mode, count and characters (ISO/IEC 18004:2015, 7.4, 7.4.8).
#
# Strict: what an encoder cannot have written (an unknown mode, a segment beyond the end, a value beyond its
# character set) raises ValueError. What follows the terminator is padding and not looked at.

import micropython
from micropython import const

from scanner.vision.wiping import zero

_TERMINATOR = const(0)
_NUMERIC = const(1)
_ALPHANUMERIC = const(2)
_APPEND = const(3)
_BYTE = const(4)
_FNC1_FIRST = const(5)
_ECI = const(7)
_KANJI = const(8)
_FNC1_SECOND = const(9)

_NAMES = {_NUMERIC: "numeric", _ALPHANUMERIC: "alphanumeric", _BYTE: "byte", _KANJI: "kanji"}
# Bits of the character count for versions 1-9, 10-26, 27-40 (Table 3).
_COUNT_BITS = {
    _NUMERIC: (10, 12, 14),
    _ALPHANUMERIC: (9, 11, 13),
    _BYTE: (8, 16, 16),
    _KANJI: (8, 10, 12),
}
_CHARACTERS = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"  # Table 5
_GS = const(0x1D)
_LARGEST_ECI = const(999999)
SLACK = const(4)  # bytes that must be readable beyond the data


@micropython.viper
def _take(data: ptr8, at: int, width: int) -> int:
    # `width` bits (up to 16) at bit `at`, the most significant first.
    i = at >> 3
    v = (data[i] << 16) | (data[i + 1] << 8) | data[i + 2]
    return (v >> (24 - width - (at & 7))) & ((1 << width) - 1)


@micropython.viper
def _numeric(data: ptr8, at: int, out: ptr8, w: int, count: int) -> int:
    # Three digits in ten bits, two in seven, one in four. Returns 0 where a group is too large.
    while count > 0:
        width = 10
        limit = 1000
        if count == 2:
            width = 7
            limit = 100
        elif count == 1:
            width = 4
            limit = 10
        i = at >> 3
        v = (data[i] << 8) | data[i + 1]
        v = (v << 8) | data[i + 2]
        v = (v >> (24 - width - (at & 7))) & ((1 << width) - 1)
        at += width
        if v >= limit:
            return 0
        if count > 2:
            out[w] = 48 + v // 100
            w += 1
            v = v % 100
        if count > 1:
            out[w] = 48 + v // 10
            w += 1
        out[w] = 48 + v % 10
        w += 1
        count -= 3
    return 1


@micropython.viper
def _alphanumeric(data: ptr8, at: int, out: ptr8, w: int, count: int, characters: ptr8) -> int:
    # Two characters in eleven bits, a last one in six. Returns 0 where a value is too large.
    while count > 1:
        i = at >> 3
        v = (data[i] << 8) | data[i + 1]
        v = (v << 8) | data[i + 2]
        v = (v >> (13 - (at & 7))) & 0x7FF
        at += 11
        high = v // 45
        if high >= 45:
            return 0
        out[w] = characters[high]
        out[w + 1] = characters[v - high * 45]
        w += 2
        count -= 2
    if count:
        i = at >> 3
        v = (data[i] << 8) | data[i + 1]
        v = (v >> (10 - (at & 7))) & 63
        if v >= 45:
            return 0
        out[w] = characters[v]
    return 1


@micropython.viper
def _bytes(data: ptr8, at: int, out: ptr8, w: int, count: int) -> int:
    i = at >> 3
    shift = 8 - (at & 7)
    while count:
        out[w] = ((data[i] << 8) | data[i + 1]) >> shift
        i += 1
        w += 1
        count -= 1
    return 1


@micropython.viper
def _kanji(data: ptr8, at: int, out: ptr8, w: int, count: int) -> int:
    # Thirteen bits a character, as Shift JIS in two bytes. Returns 0 for what is no Shift JIS.
    while count:
        i = at >> 3
        v = (data[i] << 8) | data[i + 1]
        v = (v << 8) | data[i + 2]
        v = (v >> (11 - (at & 7))) & 0x1FFF
        at += 13
        lead = v // 0xC0
        trail = v - lead * 0xC0 + 0x40
        if trail == 0x7F or trail > 0xFC:
            return 0
        out[w] = lead + (0x81 if lead < 0x1F else 0xC1)
        out[w + 1] = trail
        w += 2
        count -= 1
    return 1


def _undouble(out, start, end):
    # With FNC1 in force "%" stands for GS and "%%" for itself (7.4.8.2). Returns the new end.
    w = k = start
    while k < end:
        c = out[k]
        if c == 0x25:
            if k + 1 < end and out[k + 1] == 0x25:
                k += 1
            else:
                c = _GS
        out[w] = c
        w += 1
        k += 1
    return w


def _width(mode, count):
    # Bits that `count` characters take.
    if mode == _NUMERIC:
        return count // 3 * 10 + (0, 4, 7)[count % 3]
    if mode == _ALPHANUMERIC:
        return count // 2 * 11 + count % 2 * 6
    return count * (8 if mode == _BYTE else 13)


def _indicator(value):
    # The application indicator of FNC1 in second position: two digits, or a letter as its code and 100.
    if value < 100:
        return b"%02d" % value
    if 165 <= value <= 190 or 197 <= value <= 222:
        return bytes((value - 100,))
    raise ValueError("unknown application indicator")


def parse(data, length, version, out=None):
    """(payload, segments, structured append, ECI, FNC1) of the first `length` bytes of `data`, which must have SLACK
    more. Raises ValueError for a stream that no encoder writes.

    payload: bytes as they stand in the symbol, kanji as Shift JIS, with FNC1 in second position the application
    indicator in front; segments: names of the modes seen; structured append: (index, total, parity) or None; ECI:
    the last designator or None; FNC1: 0, 1 (first position: GS1) or 2 (second position). out: a buffer to put the
    payload together in, if there is one large enough.
    """
    if len(data) < length + SLACK:
        raise ValueError("no slack behind the data")
    counts = 0 if version < 10 else 1 if version < 27 else 2
    end = length * 8
    most = length * 12 // 5 + 8  # no mode is denser than three digits in ten bits
    if out is None or len(out) < most:
        out = bytearray(most)
    w = at = 0
    names = ()
    append = eci = None
    fnc1 = 0
    begun = False

    while at + 4 <= end:
        mode = _take(data, at, 4)
        at += 4
        if mode == _TERMINATOR:
            break
        if mode in _NAMES:
            width = _COUNT_BITS[mode][counts]
            if at + width > end:
                raise ValueError("truncated segment")
            count = _take(data, at, width)
            at += width
            width = _width(mode, count)
            if at + width > end:
                raise ValueError("truncated segment")
            start = w
            if mode == _BYTE:
                good = _bytes(data, at, out, w, count)
                w += count
            elif mode == _ALPHANUMERIC:
                good = _alphanumeric(data, at, out, w, count, _CHARACTERS)
                w += count
                if good and fnc1:
                    w = _undouble(out, start, w)
            elif mode == _NUMERIC:
                good = _numeric(data, at, out, w, count)
                w += count
            else:
                good = _kanji(data, at, out, w, count)
                w += 2 * count
            if not good:
                raise ValueError("value outside of its character set")
            at += width
            begun = True
            if _NAMES[mode] not in names:
                names += (_NAMES[mode],)
        elif mode == _ECI:
            eci, at = _designator(data, at, end)
        elif mode in (_FNC1_FIRST, _FNC1_SECOND):
            if begun or fnc1:
                raise ValueError("FNC1 after the data began")
            fnc1 = 1
            if mode == _FNC1_SECOND:
                if at + 8 > end:
                    raise ValueError("truncated segment")
                fnc1 = 2
                for c in _indicator(_take(data, at, 8)):
                    out[w] = c
                    w += 1
                at += 8
        elif mode == _APPEND:
            if begun or append or at + 16 > end:
                raise ValueError("structured append out of place")
            append = (_take(data, at, 4), _take(data, at + 4, 4) + 1, _take(data, at + 8, 8))
            if append[0] >= append[1]:
                raise ValueError("structured append beyond its total")
            at += 16
        else:
            raise ValueError("unknown mode")
    payload = bytes(memoryview(out)[:w])
    zero(out, w)  # it goes back to the heap as it is
    return payload, names, append, eci, fnc1


def _designator(data, at, end):
    # (ECI number, next bit) of an ECI designator in one, two or three codewords (Table 4).
    v = _take(data, at, 8)
    extra = 0 if v < 0x80 else 1 if v < 0xC0 else 2
    if v >= 0xE0 or at + 8 + 8 * extra > end:
        raise ValueError("bad ECI designator")
    v &= (0x7F, 0x3F, 0x1F)[extra]
    for k in range(1, extra + 1):
        v = v << 8 | _take(data, at + 8 * k, 8)
    if v > _LARGEST_ECI:
        raise ValueError("bad ECI designator")
    return v, at + 8 + 8 * extra
