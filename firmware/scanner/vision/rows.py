# One row of pixels -> the places where it changes colour.
#
# Dark and light runs alternate: a pixel opens a new one where it lies beyond the threshold of its block. The places
# are whole pixels; crossings.py looks closer where that matters. Rows too blurred for a threshold go through
# swings.py. Large modules are searched in rows shrunk by two or four.
#
# The loop over pixels is most of what an empty frame costs: a pointer that walks, offsets that are constants, and a
# table instead of comparisons, which take the native compiler more instructions. The two names used most are in
# front, where it keeps them in registers.
import micropython
from micropython import const

MARGIN = const(3)  # grey levels beyond the threshold that make a change: less is noise
_MARGIN = const(3)
_ZONE = const(260)  # more than there are grey levels, and the margin

# Entry ZONE - t + v is 1 for levels v below t, entry 2 * ZONE - t + v for those that are not.
VERDICTS = b"\x01" * _ZONE + bytes(_ZONE) + b"\x01" * _ZONE


@micropython.viper
def find_edges(
    p: ptr8,
    sought: ptr8,
    width: int,
    at: int,
    thresholds: ptr8,
    first: int,
    side: int,
    edges: ptr16,
    long: ptr16,
) -> int:
    """Write the pixels where a row changes colour, the first of each run; even ones are dark. For each run that is half
    as long again as those on both sides `long` gets twice the number of the edge that ends the run after it; returns
    how many these are. Behind them stands twice the number of edges.

    The row is `width` pixels from `p[at]` on, its thresholds those from `thresholds[first]` on, each for `side` pixels
    or up to three more. Dark runs at both ends begin and end a pixel further in. `sought` is VERDICTS.
    """
    p = ptr8(int(p) + at)
    blocks = ptr8(int(thresholds) + first)
    # What is sought alternates between what is below the threshold - MARGIN and what is not below it + MARGIN.
    for_dark = int(sought) + _ZONE + _MARGIN
    for_both = for_dark + for_dark + _ZONE - 2 * _MARGIN
    e = edges
    found = long
    start = int(p)
    end = start + width
    stop = start
    last = start
    before = 0
    growing = 0
    if int(p[0]) < int(blocks[0]):
        e[0] = 1
        e = ptr16(int(e) + 2)
        p = ptr8(int(p) + 1)
    while stop < end:
        level = int(blocks[0])
        blocks = ptr8(int(blocks) + 1)
        stop += side
        both = for_both - level - level
        sought = ptr8(for_dark - level)
        if (int(e) - int(edges)) & 2:
            sought = ptr8(both - int(sought))
        elif level == 0:
            # Nothing there is dark.
            if int(p) < stop:
                p = ptr8(stop)
        # Four at a time, the last ones over the border.
        four = stop
        if stop >= end:
            stop = end
            four = end - 3
        while True:
            while int(p) < four:
                if sought[p[0]]:
                    break
                if sought[p[1]]:
                    p = ptr8(int(p) + 1)
                    break
                if sought[p[2]]:
                    p = ptr8(int(p) + 2)
                    break
                if sought[p[3]]:
                    p = ptr8(int(p) + 3)
                    break
                p = ptr8(int(p) + 4)
            else:
                while int(p) < stop:
                    if sought[p[0]]:
                        break
                    p = ptr8(int(p) + 1)
                else:
                    break
            e[0] = int(p) - start
            run = int(p) - last
            last = int(p)
            if run < before:
                if growing:
                    if run + (run >> 1) < before:
                        found[0] = int(e) - int(edges)
                        found = ptr16(int(found) + 2)
                    growing = 0
            elif before + (before >> 1) < run:
                growing = 1
            else:
                growing = 0
            before = run
            e = ptr16(int(e) + 2)
            sought = ptr8(both - int(sought))
            p = ptr8(int(p) + 1)
    if (int(e) - int(edges)) & 2:
        e[0] = width - 1
        e = ptr16(int(e) + 2)
    found[0] = int(e) - int(edges)
    return (int(found) - int(long)) >> 1


@micropython.viper
def halve_row(p: ptr8, q: ptr8, n: int, width: int, y: int, out: ptr8) -> int:
    """Average squares of two pixels from row y down into one row; returns its length. `q` is the frame too."""
    p = ptr8(int(p) + y * width)
    q = ptr8(int(p) + width)
    n = width >> 1
    while n:
        out[0] = (int(p[0]) + int(p[1]) + int(q[0]) + int(q[1])) >> 2
        out = ptr8(int(out) + 1)
        p = ptr8(int(p) + 2)
        q = ptr8(int(q) + 2)
        n -= 1
    return width >> 1


@micropython.viper
def quarter_row(p: ptr8, q: ptr8, n: int, width: int, y: int, out: ptr8) -> int:
    """The same of four pixels wide and high, of which only every other row is looked at."""
    p = ptr8(int(p) + y * width)
    q = ptr8(int(p) + width + width)
    n = width >> 2
    while n:
        total = int(p[0]) + int(p[1]) + int(p[2]) + int(p[3])
        out[0] = (int(q[0]) + int(q[1]) + int(q[2]) + int(q[3]) + total) >> 3
        out = ptr8(int(out) + 1)
        p = ptr8(int(p) + 4)
        q = ptr8(int(q) + 4)
        n -= 1
    return width >> 2
