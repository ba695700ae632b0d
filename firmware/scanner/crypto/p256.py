# ECDSA verification with NIST P-256 (FIPS 186-5, 6.4.2; SP 800-186, 3.2.1.3), for ES256.
#
# u1·G + u2·Q, where u1 always goes by a comb of G (p256_generator.py): 37 additions, and its 37 doublings are shared
# with the last ones of u2. A key never seen costs 256 doublings and a window of 5; a key with a comb of its own costs
# 37 more additions and no doublings. On a Cortex-M3 that is 11.7 million instructions and 4.5 (tests/bench/mcu.py).
# Big integers in a plain window take about 50, and a megabyte of garbage (tests/bench/crypto.py).
# Nothing here is secret, so nothing runs in constant time.

from scanner.crypto.inverse import inverse
from scanner.crypto.p256_field import run
from scanner.crypto.p256_generator import COMB
from scanner.crypto.p256_point import (
    AT,
    CODE,
    FROM_BATCH,
    FROM_OTHERS,
    PROGRAMS,
    STRIDE,
    P,
    W,
    execute,
    get_raw,
    program,
    put,
)
from scanner.crypto.p256_scalar import COLUMNS, LENGTH, SCRIPT, comb, plan, window
from scanner.crypto.p256_table import COMB_SIZE, odd_multiples
from scanner.crypto.p256_table import comb as comb_table
from scanner.crypto.prime_curve import PrimeCurve

N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_GX = 0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296
_GY = 0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5
_CURVE = PrimeCurve(32, P, N, 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B, _GX, _GY)

_DIFFERENCE = program("d = Z * Z \n d = px * d -1 X")

_script = bytearray(SCRIPT)


def verify(x, y, digest, signature, table=None):
    """Whether the 64 bytes r || s sign the digest under the key (x, y), 32 bytes each. Bad values give False.

    table: what `table(x, y)` gave for this key, or no verdict is worth anything. It saves more than half the time.
    """
    q = _CURVE.point(x, y)
    if (
        q is None
        or len(signature) != 64
        or len(digest) < 32
        or (table is not None and len(table) != COMB_SIZE)
    ):
        return False
    r = int.from_bytes(signature[:32], "big")
    s = int.from_bytes(signature[32:], "big")
    if not (0 < r < N and 0 < s < N):
        return False
    e = int.from_bytes(digest[:32], "big")  # of a longer hash the leftmost 256 bits
    w = inverse(s, N)
    _sum(e * w % N, r * w % N, q, table)
    if get_raw("Z") == 0:
        # Infinity, or a doubling in an addition: nobody's luck, somebody's attack. The slow way knows which.
        return _CURVE.verify(x, y, digest, signature)
    # x(R) mod n == r, asked without a division: x(R) is r or, since n < p, r + n.
    return _is_x(r) or (r + N < P and _is_x(r + N))


def table(x, y):
    """The 4096 bytes that make `verify` fast for one key; ValueError if (x, y), 32 bytes each, is not on the curve."""
    q = _CURVE.point(x, y)
    if q is None:
        raise ValueError("point")
    return comb_table(q[0], q[1])


def on_curve(x, y):
    """Whether (x, y), 32 bytes each, is a point of the curve."""
    return _CURVE.point(x, y) is not None


def _sum(u1, u2, q, table):
    # Leave u1·G + u2·Q in X, Y, Z; 0 <= u1 < N, 0 < u2 < N.
    columns = comb(u1, N) if u1 else b""
    if table is None:
        odd_multiples(q[0], q[1])
        plan(_script, PROGRAMS, window(u2), LENGTH, AT["x0"] + FROM_BATCH, STRIDE, columns, len(columns))
    else:
        plan(_script, PROGRAMS, comb(u2, N), COLUMNS, FROM_OTHERS, 64, columns, len(columns))
    run(0, 0, W, CODE, _script, COMB, table or b"")


def _is_x(value):
    put(value, 0)
    execute(_DIFFERENCE)
    return get_raw("d") == 0
