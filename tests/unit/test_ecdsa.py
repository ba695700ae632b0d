"""ECDSA with P-256 and P-384: against `cryptography`, and on vectors chosen to break the arithmetic.

The chosen vectors are made backwards: take any u1, u2 and key, add up R, and read off r, s and the hash. What they
must answer comes from the plain arithmetic of `ecdsa_reference`.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import random
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    Prehashed,
    decode_dss_signature,
    encode_dss_signature,
)
from unit.ecdsa_reference import P256, P384, Curve

CASES = {
    "p256": (P256, ec.SECP256R1(), hashes.SHA256(), "p256.verify(x, y, d, s)"),
    "p256 with table": (P256, ec.SECP256R1(), hashes.SHA256(), "p256.verify(x, y, d, s, table(x, y))"),
    "p384": (P384, ec.SECP384R1(), hashes.SHA384(), "p384.verify(x, y, d, s)"),
}
VERIFY = """
from scanner.crypto import p256, p384
_last = None
def table(x, y):
    global _last
    if _last is None or _last[0] != (x, y):
        _last = ((x, y), p256.table(x, y) if p256.on_curve(x, y) else bytes(4096))
    return _last[1]
result = [%s for x, y, d, s in vectors]
"""


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Any:
    return CASES[request.param]


def ask(mp: Any, case: Any, vectors: list[tuple[bytes, ...]]) -> list[bool]:
    return mp.run(VERIFY % case[3], vectors=vectors)


def test_agrees_with_cryptography(mp, case):
    curve, named, hash_, _ = case
    vectors, expected = [], []
    for i in range(12):
        key = ec.generate_private_key(named)
        public = key.public_key().public_numbers()
        message = b"message %d" % i
        r, s = decode_dss_signature(key.sign(message, ec.ECDSA(hash_)))
        digest = hashlib.new(hash_.name, message).digest()
        other = hashlib.new(hash_.name, b"another").digest()
        for d in (digest, other):
            vectors.append((curve.pack(public.x), curve.pack(public.y), d, curve.pack(r, s)))
            expected.append(d == digest)
    assert ask(mp, case, vectors) == expected


def chosen(curve: Curve, u1: int, u2: int, q: Any) -> tuple[bytes, ...]:
    """A vector whose verification computes u1·G + u2·Q."""
    point = curve.add(curve.multiply(u1 % curve.n, curve.g), curve.multiply(u2 % curve.n, q))
    r = point[0] % curve.n if point else 0
    r = r or 12345  # at infinity any r will do: all must be refused
    s = r * pow(u2, -1, curve.n) % curve.n
    e = u1 * s % curve.n
    return curve.pack(q[0]), curve.pack(q[1]), curve.pack(e), curve.pack(r, s)


def truth(curve: Curve, vector: tuple[bytes, ...]) -> bool:
    x, y, e = (int.from_bytes(part, "big") for part in vector[:3])
    r, s = (int.from_bytes(vector[3][i : i + curve.size], "big") for i in (0, curve.size))
    return curve.verify((x, y), e, r, s)


@functools.cache
def crossing(curve: Curve) -> tuple[list[tuple[bytes, ...]], list[bool]]:
    """Keys like G, -G, 2G, 2^37 G and scalars whose sums are equal, opposite or at infinity on the way."""
    n = curve.n
    scalars = [1, 2, 3, 16, 31, 2**37, 2**37 + 1, 2**222, 2**255 - 1, (n - 1) // 2, n - 2, n - 1]
    vectors = []
    for d in (1, n - 1, 2, 3, n - 3, 2**37, 2**222, (n + 1) // 2):
        q = curve.multiply(d, curve.g)
        pairs = [(u, v) for u in (0, 1, n - 1) for v in (1, 2, n - 1)]
        pairs += [(u, u) for u in scalars] + [(u, n - u) for u in scalars]
        pairs += [(u, u * pow(d, -1, n) % n) for u in scalars]  # u1 G = u2 Q
        pairs += [(u, -u * pow(d, -1, n) % n) for u in scalars]  # u1 G = -u2 Q: infinity
        step = 1 if d in (1, n - 1) and curve is P256 else 5  # the rest of them thinned out
        vectors += [chosen(curve, u, v, q) for u, v in pairs[::step]]
    return vectors, [truth(curve, vector) for vector in vectors]


def by_openssl(curve: Curve, named: ec.EllipticCurve, hash_: Any, vector: tuple[bytes, ...]) -> bool:
    """What `cryptography` says: an answer that owes nothing to our own arithmetic."""
    x, y = (int.from_bytes(part, "big") for part in vector[:2])
    r, s = (int.from_bytes(vector[3][i : i + curve.size], "big") for i in (0, curve.size))
    try:
        key = ec.EllipticCurvePublicNumbers(x, y, named).public_key()
        key.verify(encode_dss_signature(r, s), vector[2], ec.ECDSA(Prehashed(hash_)))
    except (ValueError, InvalidSignature):
        return False
    return True


@functools.cache
def edges(curve: Curve) -> list[tuple[bytes, ...]]:
    """The classes of Project Wycheproof's ECDSA tests, made here: keys, scalars and hashes at their edges, and what a
    careless verifier takes for a good signature's r and s."""
    n, p, size = curve.n, curve.p, curve.size
    rng = random.Random(9)
    small = [point for point in (curve.lift(x) for x in range(30)) if point]
    large = [point for point in (curve.lift(p - x) for x in range(1, 30)) if point]
    keys = [small[0], large[0], (small[1][0], p - small[1][1]), curve.g, curve.multiply(n - 1, curve.g)]
    keys.append(curve.multiply(rng.randrange(n), curve.g))
    top = 1 << 8 * size
    scalars = [
        0,
        1,
        2,
        n - 1,
        n - 2,
        n // 2,
        n // 2 + 1,
        1 << 4 * size,
        top // 2,
        (top - 1) // 3,
        top // 3 * 2 % n,
    ]
    vectors = []
    for i, u1 in enumerate(scalars):
        for j, u2 in enumerate(scalars[1:]):
            vectors.append(chosen(curve, u1, u2, keys[(i + j) % len(keys)]))
    good = chosen(curve, rng.randrange(n), rng.randrange(n), keys[-1])
    r, s = (int.from_bytes(good[3][at : at + size], "big") for at in (0, size))
    pairs = itertools.product(
        (r, n - r, p - r, r ^ 1, s, 0, 1, n, r + n, pow(r, -1, n)),
        (s, n - s, s ^ 1, r, 0, 1, n, s + n, pow(s, -1, n)),
    )
    vectors += [(*good[:3], curve.pack(*pair)) for pair in pairs if max(pair) < top]
    e = int.from_bytes(good[2], "big")
    hashes_ = (0, 1, n - e, e ^ 1, e >> 8, e << 8, top - 1, e + n, e - n)
    vectors += [(*good[:2], curve.pack(changed % top), good[3]) for changed in hashes_]
    mirrored = curve.pack(p - int.from_bytes(good[1], "big"))
    return [good, *vectors, (good[0], mirrored, *good[2:]), (good[1], good[0], *good[2:])]


def test_agrees_with_openssl_at_the_edges(mp, case):
    curve, named, hash_, _ = case
    vectors = edges(curve) if curve is P256 else edges(curve)[::4]
    expected = [by_openssl(curve, named, hash_, vector) for vector in vectors]
    assert min(expected.count(True), expected.count(False)) >= 10
    assert ask(mp, case, vectors) == expected


def test_scalars_and_keys_that_make_the_sum_meet_itself(mp, case):
    vectors, expected = crossing(case[0])
    assert {True, False} == set(expected)
    assert ask(mp, case, vectors) == expected


def test_r_of_a_point_beyond_the_order(mp, case):
    # x(R) lies between n and p, so r = x(R) - n: rare by nature, and the second question `r + n < p` finds it.
    curve = case[0]
    vectors = []
    random.seed(1)
    for r in range(1, 30):
        point = curve.lift(curve.n + r)
        if point is None:
            continue
        u1, u2 = random.randrange(curve.n), random.randrange(1, curve.n)
        minus = curve.multiply(curve.n - u1, curve.g)
        q = curve.multiply(pow(u2, -1, curve.n), curve.add(point, minus))
        vectors.append(chosen(curve, u1, u2, q))
        if len(vectors) == 3:
            break
    assert [truth(curve, vector) for vector in vectors] == [True] * 3
    assert ask(mp, case, vectors) == [True] * 3
    # The same r where R does not lie beyond the order, and r not reduced.
    q, e = curve.multiply(7, curve.g), curve.pack(5)
    wrong = [(*(curve.pack(c) for c in q), e, curve.pack(r, 9)) for r in (1, curve.p - curve.n, curve.n + 1)]
    assert ask(mp, case, wrong) == [False] * 3


def valid(curve: Curve) -> tuple[int, tuple[int, int], int, int, int]:
    random.seed(2)
    d, k, e = (random.randrange(1, curve.n) for _ in range(3))
    r = curve.multiply(k, curve.g)[0] % curve.n
    return d, curve.multiply(d, curve.g), e, r, (e + r * d) * pow(k, -1, curve.n) % curve.n


def test_r_and_s_out_of_range(mp, case):
    curve = case[0]
    n, top = curve.n, 256**curve.size - 1
    _, q, e, r, s = valid(curve)
    key = (curve.pack(q[0]), curve.pack(q[1]), curve.pack(e))
    edges = [0, 1, n - 1, n, n + 1, curve.p - 1, curve.p, min(curve.p + 1, top), top]
    pairs = (
        [(r, edge) for edge in edges] + [(edge, s) for edge in edges] + [(a, b) for a in edges for b in edges]
    )
    assert ask(mp, case, [(*key, curve.pack(*pair)) for pair in pairs]) == [False] * len(pairs)
    # (r, n - s) is the same signature's other form: ECDSA accepts it, and so do we.
    assert ask(mp, case, [(*key, curve.pack(r, s)), (*key, curve.pack(r, n - s))]) == [True, True]


def test_hashes_at_the_edges(mp, case):
    curve = case[0]
    vectors, expected = [], []
    _, q, _, _, _ = valid(curve)
    for e in (0, 1, curve.n - 1, curve.n, curve.n + 1, 256**curve.size - 1):
        random.seed(e)
        d, k = random.randrange(1, curve.n), random.randrange(1, curve.n)
        q = curve.multiply(d, curve.g)
        r = curve.multiply(k, curve.g)[0] % curve.n
        s = (e + r * d) * pow(k, -1, curve.n) % curve.n
        head = (curve.pack(q[0]), curve.pack(q[1]))
        digest, signature = curve.pack(e), curve.pack(r, s)
        # As it is; a longer hash, whose leftmost bits count; a shorter one, which is refused.
        vectors += [(*head, d, signature) for d in (digest, digest + b"\xa5" * 16, digest[:-1], b"")]
        expected += [True, True, False, False]
    assert ask(mp, case, vectors) == expected


def test_keys_that_are_no_points(mp, case):
    curve = case[0]
    _, q, e, r, s = valid(curve)
    size, p = curve.size, curve.p
    small = next(point for point in (curve.lift(x) for x in range(1, 50)) if point)
    x, y = curve.pack(q[0]), curve.pack(q[1])
    keys = [
        (y, x),
        (x, curve.pack(q[1] ^ 1)),
        (curve.pack(q[0] ^ 1 << 200), y),
        (bytes(size), bytes(size)),
        (x, bytes(size)),
        (b"\xff" * size, b"\xff" * size),
        (curve.pack(small[0] + p), curve.pack(small[1])),  # right modulo p, but not reduced
        (x[:-1], y),
        (x, b"\0" + y),
        (b"", b""),
    ]
    assert ask(mp, case, [(*key, curve.pack(e), curve.pack(r, s)) for key in keys]) == [False] * len(keys)
    module = "scanner.crypto.p256" if size == 32 else "scanner.crypto.p384"
    assert [mp.call(f"{module}:on_curve", *key) for key in keys] == [False] * len(keys)
    assert mp.call(f"{module}:on_curve", x, y)


def test_signatures_of_wrong_length(mp, case):
    curve = case[0]
    _, q, e, r, s = valid(curve)
    head = (curve.pack(q[0]), curve.pack(q[1]), curve.pack(e))
    good = curve.pack(r, s)
    wrong = [good[:-1], good + b"\0", b"\0" + good, good[: curve.size], b"", good * 2]
    assert ask(mp, case, [(*head, good)] + [(*head, bad) for bad in wrong]) == [True] + [False] * len(wrong)


def test_no_bit_of_a_signature_or_a_hash_is_idle(mp, case):
    curve = case[0]
    _, q, e, r, s = valid(curve)
    x, y, digest, good = curve.pack(q[0]), curve.pack(q[1]), curve.pack(e), curve.pack(r, s)
    step = 1 if curve is P256 else 7  # 384 bits go by big integers: slow, and the same code for every bit
    vectors = [(x, y, flip(digest, bit), good) for bit in range(0, 8 * curve.size, 5 * step)]
    vectors += [(x, y, digest, flip(good, bit)) for bit in range(0, 16 * curve.size, step)]
    assert ask(mp, case, vectors) == [False] * len(vectors)


def flip(data: bytes, bit: int) -> bytes:
    out = bytearray(data)
    out[bit >> 3] ^= 1 << (bit & 7)
    return bytes(out)
