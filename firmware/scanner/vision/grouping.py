# Finder patterns -> triples that may be the three corners of one symbol, best first.
#
# The judgement is loose on purpose: under perspective the three finders differ in size, the legs in length, and
# the corner is no right angle. Whether a triple is a symbol is decided later by its timing pattern and, in the
# end, by Reed-Solomon.

_MOST_FINDERS = 24  # those hit by most rows; each triple costs time
_MOST_TRIPLES = 40
_LEAST_SPAN = 10  # modules between two finders' middles: version 1 has 14
_MOST_SPAN = 240  # version 40 has 170; small finders are measured poorly
_MODULE_RATIO = 2.0  # between the sizes of two finders of one symbol
_LEG_RATIO = 1.7  # between the legs' lengths in modules
_MOST_COSINE = 0.62  # of the angle at the corner


def triples(finders):
    """Lists of (top left, top right, bottom left), best first; mirrored codes give the same order, flipped."""
    if len(finders) > _MOST_FINDERS:
        finders = sorted(finders, key=lambda f: -f.hits)[:_MOST_FINDERS]
    found = []
    count = len(finders)
    for i in range(count):
        a = finders[i]
        legs = []
        for b in finders:
            if b is a or b.inverted != a.inverted:
                continue
            ratio = a.module / b.module
            if not 1 / _MODULE_RATIO < ratio < _MODULE_RATIO:
                continue
            dx = b.x - a.x
            dy = b.y - a.y
            length = (dx * dx + dy * dy) ** 0.5
            span = length / (a.module * b.module) ** 0.5
            if _LEAST_SPAN < span < _MOST_SPAN:
                legs.append((b, dx, dy, length, span, max(ratio, 1 / ratio)))
        for j in range(len(legs)):
            b, bx, by, b_length, b_span, b_ratio = legs[j]
            for k in range(j):
                c, cx, cy, c_length, c_span, c_ratio = legs[k]
                ratio = b_span / c_span
                if ratio < 1:
                    ratio = 1 / ratio
                if ratio > _LEG_RATIO:
                    continue
                cosine = abs(bx * cx + by * cy) / (b_length * c_length)
                if cosine > _MOST_COSINE:
                    continue
                badness = (ratio - 1) + cosine + (b_ratio - 1) * 0.5 + (c_ratio - 1) * 0.5
                # Rows that hit a finder speak for it, up to a point.
                badness += 1 / (1 + min(a.hits, 4)) + 1 / (1 + min(b.hits, 4)) + 1 / (1 + min(c.hits, 4))
                if bx * cy - by * cx > 0:
                    found.append((badness, a, b, c))
                else:
                    found.append((badness, a, c, b))
    found.sort(key=lambda t: t[0])
    return [t[1:] for t in found[:_MOST_TRIPLES]]
