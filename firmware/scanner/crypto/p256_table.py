# Multiples of a point of P-256, made before a scalar multiplication.

from scanner.crypto.inverse import inverse
from scanner.crypto.p256_point import (
    ADD_AT,
    AT,
    BATCH,
    DOUBLE,
    DOUBLE_AT,
    ELEMENT,
    FROM_OTHERS,
    FROM_POINTS,
    START,
    START_AT,
    STRIDE,
    SUBTRACT_AT,
    P,
    R,
    W,
    copy,
    execute,
    packed,
    program,
    put,
    repacked,
    value,
    walk,
)
from scanner.crypto.p256_scalar import COLUMNS, TEETH

COMB_SIZE = 64 << (TEETH - 1)  # bytes: 64 points of 64 bytes

# 2Q in X, Y and Q in x0, y0 of the curve on which both have the Z that is 2y (Meloni's co-Z coordinates): an addition
# of points with one Z needs neither Z nor the curve's coefficients, only 5 products and 2 squares.
_TWICE = """
    d = px * px -1 one
    a = 3 d
    g = py * py
    b = px * g
    x0 = 4 b
    e = g * g
    y0 = 8 e
    X = a * a -2 x0
    v = x0 -1 X
    Y = a * v -1 y0
    u = 2 py
    """
# (2i + 1)Q = 2Q + (2i - 1)Q; z is by what the common Z grew, and 2Q moves to the new one. u becomes the last Z.
_NEXT = """
    z{1} = x{0} -1 X
    d = z{1} * z{1}
    b = X * d
    c = x{0} * d
    a = y{0} -1 Y
    g = b +1 c
    x{1} = a * a -1 g
    c = c -1 b
    Y = Y * c
    v = b -1 x{1}
    y{1} = a * v -1 Y
    X = b +0 b
    u = z{1} * u
    """
_MULTIPLES = program(_TWICE + "".join([_NEXT.format(i - 1, i) for i in range(1, BATCH)]))

# x and y divided by Z² and Z³; d is 1/Z.
_LOWER = "g = d * d \n x{0} = x{0} * g \n g = g * d \n y{0} = y{0} * g \n"
_SCALE = program(
    "d = px +0 px \n"
    + "".join([_LOWER.format(i) + ("d = d * z%d \n" % i if i else "") for i in range(BATCH - 1, -1, -1)])
)

# One inversion for all Z (Montgomery's trick): of their product, and from there back one at a time.
_PRODUCTS = program(
    "s0 = z0 +0 z0 \n" + "".join(["s%d = s%d * z%d \n" % (i, i - 1, i) for i in range(1, BATCH)])
)
_DIVIDE = program(
    "u = px +0 px \n"
    + "".join(
        [("d = u * s%d \n u = u * z%d \n" % (i - 1, i)) + _LOWER.format(i) for i in range(BATCH - 1, 0, -1)]
    )
    + "d = u +0 u \n"
    + _LOWER.format(0)
)


def odd_multiples(x, y):
    """Leave Q, 3Q, ... 15Q as affine points x0, y0 ... x7, y7 of the workspace. Q: a point of the curve, integers."""
    put(x, y)
    execute(_MULTIPLES)
    _invert(AT["u"])
    execute(_SCALE)


def comb(x, y):
    """The comb of a point of the curve: the multiples that `p256_scalar.comb` indexes, as packed points.

    Entry i is the sum of 2^(37 t) Q over the teeth t, positive for t = 6 and where bit t of i is set, else
    negative. No addition here meets its own point: all these numbers differ, and lie below the order.
    """
    put(x, y)
    execute(START)
    for i in range(BATCH):
        if i < TEETH - 1:
            execute(DOUBLE, COLUMNS)
        _keep(i)
    bases = bytearray(packed(x, y)) + _affine()[: 64 * (TEETH - 1)]
    # Their doubles: the difference between two entries.
    for i in range(BATCH):
        walk([START_AT, 64 * min(i, TEETH - 2) + FROM_POINTS, DOUBLE_AT, 4], bases)
        _keep(i)
    bases.extend(_affine())
    out = bytearray()
    for i in range(1 << (TEETH - 1)):
        t = TEETH - 2
        if i < BATCH:
            script = [START_AT, 64 * (TEETH - 1) + FROM_POINTS]
            for t in range(TEETH - 1):
                script += [ADD_AT if i >> t & 1 else SUBTRACT_AT, 64 * t + FROM_POINTS]
        else:
            while not i >> t:
                t -= 1
            script = [START_AT, 64 * (i - (1 << t)) + FROM_OTHERS, ADD_AT, 64 * (TEETH + t) + FROM_POINTS]
        walk(script, bases, out)
        _keep(i % BATCH)
        if i % BATCH == BATCH - 1:
            out.extend(_affine())
    return bytes(out)


def _keep(i):
    # The accumulator becomes point i of the batch.
    to, of = AT["x0"] + STRIDE * i, AT["X"]
    for at in (0, ELEMENT, 2 * ELEMENT):
        copy(W, to + at, of + at, 1)


def _affine():
    # The points of the batch, none at infinity, as packed points.
    execute(_PRODUCTS)
    _invert(AT["s7"])
    execute(_DIVIDE)
    return b"".join([repacked(AT["x0"] + STRIDE * i) for i in range(BATCH)])


def _invert(element):
    # The inverse of an element goes to px.
    put(inverse(value(element), P) * R % P, 0)
