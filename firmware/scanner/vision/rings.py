# Samples along a line -> the six edges of a finder pattern on it, and whether it is one.
#
# Three concentric squares give six edges on any line through their middle, at -3.5, -2.5, -1.5, 1.5, 2.5 and 3.5
# modules (ISO/IEC 18004, 6.3.3). Their mean is the middle along that line, their distances the module size in
# that direction. Distances are taken between edges of the same kind (light to dark, dark to light), because a
# threshold a little off moves the two kinds against each other.

import micropython
from micropython import const

_BIAS = const(1 << 20)  # ptr32 reads are unsigned on 64-bit machines, so signed values are stored shifted
_LEAST_CONTRAST = const(12)  # grey levels between the darkest and lightest sample
_SWING = const(4)  # part of a line's contrast that counts as an extreme,
_SMALL_SWING = const(10)  # and in blurred rings


@micropython.viper
def measure_rings(p: ptr8, top: int, half: int, contrast: int, slack: int, edges: ptr32) -> int:
    """1 if the 2 * half + 1 samples from `p` on show a finder's rings around the middle one, else 0. edges[6] becomes
    twelve modules and edges[7] six times the middle's offset (+ BIAS), both in 1/256 of a sample's distance.

    `contrast` is that between the darkest and the lightest sample, `slack` is in tenths of a module, `top` of no
    meaning.
    """
    middle = int(p) + half
    if contrast < _LEAST_CONTRAST:
        return 0
    # Large swings alone first: print is spotted, and sensors are noisy. Blurred rings show only in small ones.
    part = _SWING
    while part <= _SMALL_SWING:
        # From the middle outwards, first to the left, then to the right: to light, to dark, to light again.
        # A blurred ring never gets as light as the paper, so each edge is half way between the extremes on its two
        # sides, whatever their level. An extreme counts once the line has left it by `swing`.
        swing = contrast // part + 2
        side = 0 - 1
        while side < 2:
            found = 0
            left = half
            mask = 0  # 255 while falling, which is rising seen from the other side
            p = ptr8(middle)
            top = int(p[0])
            low = top
            low_at = middle
            top_at = middle
            ring = 0
            while found < 3:
                done = 0
                if left:
                    left -= 1
                    p = ptr8(int(p) + side)
                    v = int(p[0]) ^ mask
                    if v > top:
                        top = v
                        top_at = int(p)
                    elif v + swing < top:
                        done = 1
                    elif v < low:
                        if low + swing > top:
                            # No edge yet, and the start was not the extreme.
                            low = v
                            low_at = int(p)
                            top = v
                elif found < 2 or low + swing > top:
                    break
                else:
                    done = 1
                if done:
                    if low + swing > top:
                        low = v
                        low_at = int(p)
                        top = v
                    else:
                        level = top - low
                        if found == 2 and level > ring + ring:
                            # Not the quiet zone alone: something brighter beyond it, where this edge does not lie.
                            level = ring + (ring >> 1)
                        ring = level
                        level = (low + low + level + 1) >> 1
                        back = int(p)
                        p = ptr8(low_at)
                        before = low
                        v = low
                        while v < level:
                            before = v
                            p = ptr8(int(p) + side)
                            v = int(p[0]) ^ mask
                        at = (
                            (int(p) - side - middle) * 256
                            + side * (((level - before) << 8) // (v - before))
                            + _BIAS
                        )
                        if side < 0:
                            edges[2 - found] = at
                        else:
                            edges[3 + found] = at
                        found += 1
                        mask = mask ^ 255
                        low = top ^ 255
                        low_at = top_at
                        p = ptr8(back)
                        top = int(p[0]) ^ mask
                        top_at = back
                        if top < low:
                            top = low
            if found < 3:
                break
            side += 2
        if side > 2:
            twelve = int(edges[4]) - int(edges[0]) + int(edges[5]) - int(edges[1])
            limit = slack * twelve
            a = 12 * (int(edges[2]) - int(edges[0])) - 2 * twelve
            b = 12 * (int(edges[3]) - int(edges[1])) - 4 * twelve
            c = 12 * (int(edges[4]) - int(edges[2])) - 4 * twelve
            d = 12 * (int(edges[5]) - int(edges[3])) - 2 * twelve
            if a < 0:
                a = 0 - a
            if b < 0:
                b = 0 - b
            if c < 0:
                c = 0 - c
            if d < 0:
                d = 0 - d
            if a * 10 < limit and b * 20 < limit * 3 and c * 20 < limit * 3 and d * 10 < limit:
                edges[6] = twelve
                sum_of_all = int(edges[0]) + int(edges[1]) + int(edges[2])
                edges[7] = sum_of_all + int(edges[3]) + int(edges[4]) + int(edges[5]) - 5 * _BIAS
                return 1
        part += _SMALL_SWING - _SWING
    return 0
