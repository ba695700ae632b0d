# Colour changes of one row -> the places where it may cross the middle of a finder pattern.
#
# A line through a finder's middle sees runs of 1:1:3:1:1 modules at any rotation (ISO/IEC 18004, 6.3.3). Every six
# changes in a row are put to the test; as dark and light runs alternate, one pass finds codes of either polarity.
#
# The test compares distances between changes of the same direction (dark run + light run): blur and a threshold
# a little off widen one colour at the cost of the other, and those sums do not feel it.
import micropython
from micropython import const

MOST_HITS = const(120)  # kept before they are examined
# Instructions, about: for a change put to the test, and for a glance at what passed.
_CHANGE = const(60)
_GLANCE = const(1200)


@micropython.viper
def _glance(p: ptr8, left: int, t: int, at: int, down: int, stride: int, twelve: int, inverted: int) -> int:
    # Up and down from a supposed middle, in whole pixels: 1 if the runs there may be a finder's. It spares most
    # false hits the dearer cuts. `p[at]` is the middle, `left` and `down` rows are above and below it, `stride` apart.
    limit = twelve // 96 + 1  # rows: two modules
    middle = int(p) + at
    core = 0
    total = 0
    lean = 0  # by how much the rings above are higher than those below
    whole = 1
    side = 0
    stride = 0 - stride
    while side < 2:
        p = ptr8(middle)
        dark = inverted ^ 1
        ring = 0
        most = limit + limit
        while ring < 3:
            run = left
            if left > most:
                left = most + 1
            rest = left
            if dark:
                while left:
                    if int(p[0]) >= t:
                        break
                    p = ptr8(int(p) + stride)
                    left -= 1
            else:
                while left:
                    if int(p[0]) < t:
                        break
                    p = ptr8(int(p) + stride)
                    left -= 1
            rest -= left
            if rest > most:
                return 0
            left = run - rest
            if left == 0:
                whole = 0
            elif rest == 0:
                return 0
            total += rest
            if ring:
                if side:
                    lean -= rest
                else:
                    lean += rest
            else:
                core += rest
            dark = dark ^ 1
            most = limit
            ring += 1
        side += 1
        left = down
        stride = 0 - stride
    # The core is three modules high of seven: two to four will do, one row more or less. The rings above it are as
    # high as those below, a quarter of the whole more or less.
    if whole:
        off = core * 7 - total * 3
        if off < 0:
            off = 0 - off
        if off * 2 > total + 14:
            return 0
        if lean < 0:
            lean = 0 - lean
        if lean * 4 > total + 4:
            return 0
    # A module is twelve / 192 rows at any rotation, and tilt takes or adds less than a half.
    if (core + 1) * 128 < twelve or (core - 1) * 36 > twelve:
        return 0
    return 1


@micropython.viper
def find_crossings(
    e: ptr16, n: int, core: int, frame, place: ptr32, thresholds: ptr8, first: int, hits: ptr16
) -> int:
    """Put every six changes to the 1:1:3:1:1 test and add those that pass to `hits`; returns how many there are now.

    `e` holds `n` changes. Each hit is four numbers: middle (1/16 px), row, width of twelve modules (1/16 px), 0 for
    dark on light or 1. `core` is the least width of the middle run worth a look. `thresholds[first]` is the row's
    first block's. `place` is what the row is: width and height of the frame, y there, the power of two it was shrunk
    by, block shift, 1 if blurred, hits so far; at 9 the work left, at 10 whether light on dark is looked for as well.
    """
    count = n
    least = core
    stride = 2 - int(place[10])
    work = n * _CHANGE
    room = ptr16(int(hits) + 8 * int(place[6]))
    found = int(place[6])
    while n >= 6:
        # The core first: it decides most cases.
        core = int(e[3]) - int(e[2])
        if core > least:
            # Most often a run beside it is wider.
            if int(e[2]) - int(e[1]) < core and int(e[4]) - int(e[3]) < core:
                whole = int(e[5]) - int(e[0])
                if core * 7 > whole * 2 and core * 14 < whole * 9:
                    e1 = int(e[1])
                    e4 = int(e[4])
                    a = int(e[2]) - int(e[0])
                    b = int(e[3]) - e1
                    c = e4 - int(e[2])
                    d = int(e[5]) - int(e[3])
                    twelve = a + b + c + d
                    slack = twelve * 3 >> 3
                    a = a * 6 - twelve
                    d = d * 6 - twelve
                    b = b * 3 - twelve
                    c = c * 3 - twelve
                    if a < 0:
                        a = 0 - a
                    if b < 0:
                        b = 0 - b
                    if c < 0:
                        c = 0 - c
                    if d < 0:
                        d = 0 - d
                    if b < slack and c < slack:
                        slack += slack >> 1
                        if a < slack and d < slack:
                            # No run may vanish: a quarter module is the least.
                            thin = twelve // 48
                            if (
                                e1 - int(e[0]) > thin
                                and int(e[2]) - e1 > thin
                                and e4 - int(e[3]) > thin
                                and int(e[5]) - e4 > thin
                            ):
                                shift = int(place[3])
                                width = int(place[0])
                                y = int(place[2])
                                inverted = (count - n) & 1
                                middle = (int(e[0]) + e1 + int(e[2]) + int(e[3]) + e4 + int(e[5])) // 6
                                x = ((middle + 8) >> 4) << shift
                                at = y * width + x
                                above = (y >> shift) + 1
                                below = ((int(place[1]) - 1 - y) >> shift) + 1
                                seen = 0
                                work += _GLANCE
                                if int(place[5]):
                                    # Half way between the core and the rings beside it.
                                    left = y * width + (((e1 + int(e[2])) >> 5) << shift)
                                    right = y * width + (((int(e[3]) + e4) >> 5) << shift)
                                    pixels = ptr8(frame)
                                    t = (
                                        int(pixels[at]) * 2 + int(pixels[left]) + int(pixels[right]) + 2
                                    ) >> 2
                                    seen = int(
                                        _glance(frame, above, t, at, below, width << shift, twelve, inverted)
                                    )
                                if seen == 0:
                                    t = int(thresholds[first + (x >> int(place[4]))])
                                    seen = int(
                                        _glance(frame, above, t, at, below, width << shift, twelve, inverted)
                                    )
                                if seen and found < MOST_HITS:
                                    room[0] = middle
                                    room[1] = y
                                    room[2] = twelve
                                    room[3] = inverted
                                    room = ptr16(int(room) + 8)
                                    found += 1
        e = ptr16(int(e) + stride + stride)
        n -= stride
    place[6] = found
    work = int(place[9]) - work
    if work < 0:
        work = 0
    place[9] = work
    return found
