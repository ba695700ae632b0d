# Long runs of one row -> the places where it may cross the middle of a finder pattern.
#
# A line through a finder's middle sees runs of 1:1:3:1:1 modules at any rotation (ISO/IEC 18004, 6.3.3). As dark and
# light runs alternate, one pass finds codes of either polarity. Whole pixels are exact enough here: what passes is
# looked at in rows and columns (glances.py, probe.py), and each false crossing costs as much as hundreds of pixels.
#
# The test compares distances between changes of the same direction (dark run + light run): blur and a threshold
# a little off widen one colour at the cost of the other, and those sums do not feel it.
import micropython
from micropython import const

MOST_HITS = const(120)  # kept before they are examined
_MOST_HITS = const(120)
_LEAST_CORE = const(52)  # 1/16 px; below modules of 1.1 px nothing can be read


@micropython.viper
def find_crossings(
    e: ptr16, u: ptr16, edges: ptr16, long: ptr16, count: int, place: ptr32, hits: ptr16
) -> int:
    """Put the `count` runs of `long` to the test and add those that pass to `hits`; returns how many there are now.

    `edges` and `long` are those that rows.py writes; those of blurred rows are in 1/16 px. Each hit is four numbers:
    middle (1/16 px), row, width of twelve modules (1/16 px), 0 for dark on light or 1. `place` is what the row is:
    width and height of the frame, y there, the power of two it was shrunk by, block shift, 1 if blurred, hits so far;
    at 9 the work left, at 10 whether light on dark is looked for as well. `e` and `u` are of no meaning.
    """
    # Two changes must lie before the run and two behind it.
    u = ptr16(int(long) + 2 * count)
    last = int(u[0]) - 4
    while count and int(ptr16(int(u) - 2)[0]) > last:
        u = ptr16(int(u) - 2)
        count -= 1
    u = long
    while count and int(u[0]) < 8:
        u = ptr16(int(u) + 2)
        count -= 1
    blurred = int(place[5])
    off = 1  # by how much whole pixels may be off
    least = (_LEAST_CORE >> 4) - 1
    if blurred:
        off = 0
        least = _LEAST_CORE
    both = int(place[10])
    room = ptr16(int(hits) + 8 * int(place[6]))
    found = int(place[6])
    while count:
        e = ptr16(int(edges) + int(u[0]) - 8)
        u = ptr16(int(u) + 2)
        count -= 1
        # As dark and light runs alternate, each run but those at the ends may be a core.
        core = int(e[3]) - int(e[2])
        if core > least and (both or (int(e) - int(edges)) & 2 == 0):
            a = int(e[2]) - int(e[0])
            d = int(e[5]) - int(e[3])
            whole = a + core + d
            if core * 7 + 3 * off > whole * 2 and core * 2 < whole + 2 * off:
                twelve = whole + int(e[4]) - int(e[1])
                slack = (twelve * 23 >> 4) + 3 * off
                if (
                    a * 6 < slack
                    and d * 6 < slack
                    and a < d + d + 2 * off
                    and d < a + a + 2 * off
                    and found < _MOST_HITS
                ):
                    middle = int(e[0]) + int(e[1]) + int(e[2]) + int(e[3]) + int(e[4]) + int(e[5])
                    if blurred == 0:
                        # The edges lie half a pixel before the first ones of the runs.
                        middle = (middle << 4) - 48
                        twelve <<= 4
                    room[0] = middle // 6
                    room[1] = int(place[2])
                    room[2] = twelve
                    room[3] = ((int(e) - int(edges)) >> 1) & 1
                    room = ptr16(int(room) + 8)
                    found += 1
    place[6] = found
    return found
