# Multiples of a point of P-256, made before a scalar multiplication.

from scanner.crypto import prime_curve
from scanner.crypto.p256_point import ADD, BATCH, DOUBLE, START, P, R, execute, get_raw, program, put
from scanner.crypto.p256_scalar import COLUMNS, TEETH

COMB_SIZE = 64 << (TEETH - 1)  # bytes: 64 points of 64 bytes

# The multiples of Q are added up on the isomorphic curve where 2Q has Z = 1, so that every addition is a mixed one;
# that formula does not know the curve's coefficients. Q goes there by Z² and Z³ of 2Q, results come back by Z.
_TO_TWICE = program(
    """
    t = Z +0 Z
    d = Z * Z
    e = Z * d
    u = X +0 X
    v = Y +0 Y
    X = px * d
    Y = py * e
    Z = one +0 one
    px = u +0 u
    py = v +0 v
    """
)
_KEEP = [program("x%d = X +0 X\ny%d = Y +0 Y\nz%d = Z * t" % (i, i, i)) for i in range(BATCH)]
# One inversion for all Z (Montgomery's trick): of their product, and from there back one at a time.
_PRODUCTS = program(
    "s0 = z0 +0 z0\n" + "\n".join(["s%d = s%d * z%d" % (i, i - 1, i) for i in range(1, BATCH)])
)
_BACK = "d = u * s%d\nu = u * z%d\n"
_LOWER = "g = d * d\nx%d = x%d * g\ng = g * d\ny%d = y%d * g\n"
_DIVIDE = program(
    "".join([_BACK % (i - 1, i) + _LOWER % (i, i, i, i) for i in range(BATCH - 1, 0, -1)])
    + "d = u +0 u\n"
    + _LOWER % (0, 0, 0, 0)
)


def odd_multiples(x, y):
    """Leave Q, 3Q, ... 15Q as affine points x0, y0 ... x7, y7 of the workspace. Q: a point of the curve, integers."""
    put("px", x)
    put("py", y)
    execute(START)
    execute(DOUBLE)
    execute(_TO_TWICE)
    for i in range(BATCH):
        if i:
            execute(ADD)
        execute(_KEEP[i])
    execute(_PRODUCTS)
    put("u", prime_curve.inverse(get_raw("s7"), P) * R % P)
    execute(_DIVIDE)


def comb(x, y):
    """The comb of a point of the curve: the multiples that `p256_scalar.comb` indexes, as packed points.

    Entry i is the sum of 2^(37 t) Q over the teeth t, positive for t = 6 and where bit t of i is set, else
    negative. Made with big integers: 0.2 s on a microcontroller, once for each key.
    """
    teeth = [(x, y, 1)]
    for _ in range(TEETH - 1):
        T = teeth[-1]
        for _ in range(COLUMNS):
            T = prime_curve.double(T, P)
        teeth.append(T)
    twice = prime_curve.affine([prime_curve.double(T, P) for T in teeth], P)
    T = teeth.pop()
    for tooth in prime_curve.affine(teeth, P):
        T = prime_curve.add(T, tooth[0], P - tooth[1], P)
    entries = [T]
    for t in range(TEETH - 1):
        for i in range(1 << t):
            entries.append(prime_curve.add(entries[i], twice[t][0], twice[t][1], P))
    out = bytearray()
    for point in prime_curve.affine(entries, P):
        for value in point:
            out.extend((value * R % P).to_bytes(32, "little"))
    return bytes(out)
