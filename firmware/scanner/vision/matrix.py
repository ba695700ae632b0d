# The geometry of a QR Code symbol (ISO/IEC 18004:2015, 6.3 and Annex E): which size a version has, where its
# alignment patterns lie, and which modules are function patterns rather than data.
#
# Function modules are described column by column instead of by a map of the whole symbol: one row of plan bytes
# (177 at most) serves every version, where a map would take 31 KB. Each plan byte also carries the data mask,
# so that the loop that reads modules looks at one byte for everything it must know about a place.

import micropython
from micropython import const

from scanner.vision.format import read_format, read_version, version_near_finders  # noqa: F401  (part of the seam)

MAX_CENTRES = const(7)
PLAN_SIZE = const(180)  # 177 rows of version 40, rounded up to the twelve that column_plan writes at once


def version_of(size):
    """Version 1..40 of a symbol `size` modules wide. ValueError for any other size (Micro QR included)."""
    version = (size - 17) >> 2
    if size & 3 != 1 or not 1 <= version <= 40:
        raise ValueError("no QR Code version has this size")
    return version


def size_of(version):
    """Modules per side of a version."""
    return 17 + 4 * version


def alignment_positions(version):
    """Row and column coordinates of the alignment pattern centres, ascending (Table E.1); () for version 1.

    A pattern lies at every crossing of these, except the three under the finder patterns.
    """
    centres = bytearray(MAX_CENTRES)
    return tuple(centres[: fill_centres(centres, version)])


def fill_centres(centres, version):
    """Put the same coordinates into a buffer of MAX_CENTRES bytes; returns how many there are (0..7)."""
    if version < 2:
        return 0
    intervals = version // 7 + 1
    last = 10 + 4 * version
    # Even spacing from the far end, rounded up to an even number; the first interval takes what is left.
    # Version 32 alone is spaced more narrowly than the rule would give.
    step = 26 if version == 32 else (last - 6 + 2 * intervals - 1) // (2 * intervals) * 2
    at = last
    k = intervals
    while k:
        centres[k] = at
        at -= step
        k -= 1
    centres[0] = 6
    return intervals + 1


def data_modules(version):
    """Modules that are left for codewords and remainder bits (Table 1)."""
    count = (16 * version + 128) * version + 64
    if version >= 2:
        lines = version // 7 + 2
        count -= (25 * lines - 10) * lines - 55
        if version >= 7:
            count -= 36
    return count


@micropython.viper
def column_plan(plan: ptr8, masks: ptr8, x: int, size: int, centres: ptr8, count: int):
    """Describe the column pair x (right) and x - 1 (left), one byte a row: bit 0 set where the right module is a
    function module, bit 1 the left one, bits 3 and 2 their mask bits. `plan` has PLAN_SIZE bytes, `masks` is the table
    of masks.fill, `centres` the `count` alignment positions."""
    # Three words hold the twelve rows after which every mask repeats.
    m = ptr32(int(masks) + (x % 6) * 12)
    w = ptr32(plan)
    a = m[0]
    b = m[1]
    c = m[2]
    y = size
    while y > 0:
        # One at a time: a store at a constant offset is miscompiled for Xtensa by MicroPython 1.25.
        w[0] = a
        w = ptr32(int(w) + 4)
        w[0] = b
        w = ptr32(int(w) + 4)
        w[0] = c
        w = ptr32(int(w) + 4)
        y -= 12

    y = 6
    plan[y] = plan[y] | 3  # the horizontal timing pattern
    top = 0  # rows 0..top-1 and bottom..size-1 that finders, format and version information take
    bottom = size
    flags = 3
    if x < 9:
        top = 9
        bottom = size - 8
        if size >= 45 and x < 6:
            bottom = size - 11
    elif x >= size - 8:
        top = 9
    elif size >= 45 and x >= size - 11:
        top = 6
        if x == size - 11:
            flags = 1  # the left column of this pair is outside the version information
    y = 0
    while y < top:
        plan[y] = plan[y] | flags
        y += 1
    y = bottom
    while y < size:
        plan[y] = plan[y] | 3
        y += 1

    i = 0
    while i < count:
        d = x - centres[i] + 2  # column within the 5x5 pattern
        flags = 0
        if d >= 0 and d < 5:
            flags = 1
        if d >= 1 and d < 6:
            flags = flags | 2
        if flags:
            first = 0
            last = count
            if i == 0:
                first = 1
                last = count - 1
            elif i == count - 1:
                first = 1
            while first < last:
                y = centres[first] - 2
                end = y + 5
                while y < end:
                    plan[y] = plan[y] | flags
                    y += 1
                first += 1
        i += 1
