"""The limbs of P-256: the unrolled field at the edges of its digits, the way in and out, recoded scalars, tables."""

from __future__ import annotations

import importlib.util
import itertools
import random
import struct
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from unit.ecdsa_reference import P256

ROOT = Path(__file__).resolve().parents[2]
P, N = P256.p, P256.n
R = 1 << 260
OFFSET = sum(4096 << 13 * i for i in range(19)) + (256 << 247)  # of packed elements
HALF = 4096  # digits of an element lie from -4096 to 4095

RUN = """
from scanner.crypto import p256_point as point
for name in given:
    at = point.AT[name]
    point.W[at : at + 80] = given[name]
point.execute(point.program(text))
at = point.AT["d"]
result = bytes(point.W[at : at + 80])
"""


def pack(digits: list[int]) -> bytes:
    return struct.pack("<20i", *digits)


def value(digits: bytes | list[int]) -> int:
    if isinstance(digits, bytes):
        digits = list(struct.unpack("<20i", digits))
    return sum(digit << 13 * i for i, digit in enumerate(digits))


def tool(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    maker = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(maker)
    return maker


@pytest.mark.parametrize("name", ["unroll_p256", "make_p256_comb"])
def test_a_made_file_is_what_its_maker_writes(name):
    for path, text in tool(name).made().items():
        assert text == path.read_text(encoding="utf-8")


def extremes(size: int) -> list[list[int]]:
    """Elements whose digits reach `size` halves; the highest digit is that of a value within a few p."""
    low, high = -HALF * size, (HALF - 1) * size
    rng = random.Random(size)
    shapes = [
        [low] * 19,
        [high] * 19,
        [low, high] * 9 + [low],
        [high, low] * 9 + [high],
        [0] * 19,
        [1] + [0] * 18,
    ]
    shapes += [[rng.choice((low, high)) for _ in range(19)] for _ in range(4)]
    return [
        [*shape, top]
        for shape, top in zip(shapes, [1500 * size, -1500 * size, 512, -512, 0] * 2, strict=True)
    ]


# The sizes that the formulas of p256_point.py bring together: sums of two by sums of two, one by a sum of five.
@pytest.mark.parametrize(("size_a", "size_b"), [(1, 1), (2, 2), (1, 5)])
def test_products_at_the_edge_of_31_bits(mp, size_a, size_b):
    for a in extremes(size_a):
        for b in extremes(size_b)[:6]:
            for k, c in ((0, a), (-8, b), (2, a)):
                given = {"a": pack(a), "b": pack(b), "c": pack(c)}
                text = f"d = a * b {k:+d} c" if k else "d = a * b"
                check(mp.run(RUN, given=given, text=text), value(a) * value(b) * pow(R, -1, P) + k * value(c))


@pytest.mark.parametrize("size", [1, 2])
def test_squares_at_the_edge_of_31_bits(mp, size):
    for a in extremes(size):
        for k in (0, -1, -8):
            text = f"d = a * a {k:+d} c" if k else "d = a * a"
            given = {"a": pack(a), "c": pack(a)}
            check(mp.run(RUN, given=given, text=text), value(a) ** 2 * pow(R, -1, P) + k * value(a))


@pytest.mark.parametrize("k", [-3, 1, 8])
def test_balancing(mp, k):
    for c in extremes(3):
        check(mp.run(RUN, given={"c": pack(c)}, text=f"d = {k} c"), k * value(c))


def check(found: bytes, expected: int) -> None:
    digits = struct.unpack("<20i", found)
    assert (value(found) - expected) % P == 0
    assert all(-HALF <= digit < HALF for digit in digits[:19])
    assert abs(digits[19]) < HALF


def test_sums_keep_their_digits(mp):
    a, b = extremes(1)[2], extremes(2)[3]
    found = mp.run(RUN, given={"a": pack(a), "b": pack(b)}, text="d = a -4 b")
    assert list(struct.unpack("<20i", found)) == [x - 4 * y for x, y in zip(a, b, strict=True)]


def test_an_element_may_be_its_own_factor_and_result(mp):
    a, b = extremes(1)[8], extremes(1)[9]
    for text, expected in (
        ("d = d * b -3 d", value(a) * value(b) * pow(R, -1, P) - 3 * value(a)),
        ("d = b * d +1 b", value(a) * value(b) * pow(R, -1, P) + value(b)),
        ("d = d * d -8 d", value(a) ** 2 * pow(R, -1, P) - 8 * value(a)),
    ):
        check(mp.run(RUN, given={"d": pack(a), "b": pack(b)}, text=text), expected)


def test_sum_and_difference(mp):
    for a, b in itertools.product(extremes(1)[:4], extremes(2)[:4]):
        given = {"a": pack(a), "b": pack(b)}
        for text, signs in (("d c = a +- b", (1, -1)), ("c d = a +- b", (-1, 1))):
            found = mp.run(RUN, given=given, text=text)
            assert list(struct.unpack("<20i", found)) == [x + signs[0] * y for x, y in zip(a, b, strict=True)]


EDGES = [0, 1, 2, P - 1, P - 2, 2**255, 2**13 - 1, 2**12, 2**247, 2**256 - P, P // 2, P // 2 + 1]


def test_numbers_in_and_out(mp):
    source = """
from scanner.crypto import p256_point as point
result = []
for v in values:
    point.put(v, point.P - 1 - v)
    result.append(tuple([(point.get_raw(n), point.W[point.AT[n] : point.AT[n] + 80]) for n in ("px", "py")]))
"""
    rng = random.Random(5)
    values = EDGES + [rng.randrange(P) for _ in range(50)]
    for v, found in zip(values, mp.run(source, values=values), strict=True):
        for number, (raw, digits) in zip((v, P - 1 - v), found, strict=True):
            assert raw == number * R % P
            check(digits, number * R)
    # Redundant and negative elements too.
    source = "from scanner.crypto import p256_point as point\nat = point.AT['a']\nresult = []\n"
    source += "for d in digits:\n    point.W[at : at + 80] = d\n    result.append(point.get_raw('a'))\n"
    shapes = [*extremes(1), [0] * 19 + [-1], [-1] + [0] * 19, [0] * 19 + [-4096]]
    assert mp.run(source, digits=[pack(d) for d in shapes]) == [value(d) % P for d in shapes]


def test_packed_points_of_every_kind_of_byte(mp):
    # No 32 bytes are wrong: whatever a damaged table holds, the digits stay small.
    source = """
from scanner.crypto import p256_point as point
result = []
for data in packed:
    point.walk([point.START_AT, point.FROM_OTHERS], b"", data)
    result.append(tuple([point.W[point.AT[n] : point.AT[n] + 80] for n in ("X", "Y")]))
"""
    rng = random.Random(8)
    halves = [bytes(32), b"\xff" * 32, b"\x55" * 32, b"\xaa" * 32, *(rng.randbytes(32) for _ in range(40))]
    packed = [a + b for a, b in itertools.pairwise(halves)]
    for data, found in zip(packed, mp.run(source, packed=packed), strict=True):
        for at, digits in zip((0, 32), found, strict=True):
            check(digits, int.from_bytes(data[at : at + 32], "little") - OFFSET)


def test_long_chains_stay_small_and_right(mp):
    # Values would grow from doubling to doubling if a partial reduction were missing; a single ladder may not show it.
    source = """
import gc
from scanner.crypto import p256_point as point
point.put(x, y)
point.execute(point.START)
result = []
for i in range(rounds):
    point.execute(point.DOUBLE, 97)
    if i % 3:
        point.execute(point.ADD)
    result.append(tuple([bytes(point.W[point.AT[n] : point.AT[n] + 80]) for n in "XYZ"]))
"""
    states = mp.run(source, x=P256.g[0], y=P256.g[1], rounds=60)
    k = 1
    for i, state in enumerate(states):
        k = (k * 2**97 + (1 if i % 3 else 0)) % N
        x, y, z = (value(part) * pow(R, -1, P) % P for part in state)
        inverse = pow(z, -1, P)
        assert (x * inverse**2 % P, y * inverse**3 % P) == P256.multiply(k, P256.g)
        assert all(abs(value(part)) < 3 * P for part in state)


def scalars() -> list[int]:
    rng = random.Random(6)
    edges = [1, 2, 3, 15, 16, 17, 31, 32, 33, 2**37, 2**255, 2**255 - 1, N // 2, N // 2 + 1, N - 2, N - 1]
    return edges + [rng.randrange(1, N) for _ in range(50)]


def signed(digit: int, point: int) -> int:
    """What a digit stands for, if the point with its number is `point` times the generator."""
    return 0 if not digit & 128 else -point if digit & 64 else point


def test_window_digits(mp):
    source = "from scanner.crypto import p256_scalar as s\nresult = [bytes(s.window(k)) for k in scalars]"
    for k, digits in zip(scalars(), mp.run(source, scalars=scalars()), strict=True):
        assert sum(signed(digit, 2 * (digit & 63) + 1) << i for i, digit in enumerate(digits)) == k
        assert all(digit & 63 <= 7 for digit in digits)
        used = [i for i, digit in enumerate(digits) if digit]
        assert all(digits[i] & 128 for i in used)
        assert all(b - a >= 5 for a, b in itertools.pairwise(used))


def tooth_sum(i: int) -> int:
    """The multiple that is entry i of a comb."""
    return (1 << 222) + sum((1 if i >> t & 1 else -1) << 37 * t for t in range(6))


def test_comb_columns(mp):
    source = "from scanner.crypto import p256_scalar as s\nresult = [bytes(s.comb(k, n)) for k in scalars]"
    for k, columns in zip(scalars(), mp.run(source, scalars=scalars(), n=N), strict=True):
        assert all(column & 128 for column in columns)
        assert sum(signed(column, tooth_sum(column & 63)) << j for j, column in enumerate(columns)) % N == k


def test_the_longest_script_fits(mp):
    source = """
from scanner.crypto import p256_scalar as s
script = bytearray(b"\\xee" * (s.SCRIPT + 8))
q = bytearray(257)
for i in range(0, 257, 5):
    q[i] = 128
at = __import__("array").array("H", range(0, 10, 2))
s.plan(script, at, q, 257, 1, 0, b"\\x80" * 37, 37)
result = bytes(script)
"""
    script = mp.run(source)
    end = script.index(b"\xee") & ~1
    assert script[end - 2 : end] == b"\1\0"
    assert end <= len(script) - 8


def point_of(data: bytes) -> tuple[int, int]:
    """A packed point's coordinates."""
    numbers = (int.from_bytes(data[at : at + 32], "little") for at in (0, 32))
    x, y = ((number - OFFSET) * pow(R, -1, P) % P for number in numbers)
    return x, y


def test_a_table_holds_the_multiples_that_its_columns_name(mp):
    for d in (1, 2, N - 1, 0xC0FFEE, 2**37, N - 2**222):
        q = P256.multiply(d, P256.g)
        table = mp.call("scanner.crypto.p256:table", P256.pack(q[0]), P256.pack(q[1]))
        assert len(table) == 4096
        for i in range(64):
            entry = table[64 * i : 64 * i + 64]
            assert all(int.from_bytes(entry[at : at + 32], "little") < P for at in (0, 32))
            if d == 0xC0FFEE or i % 21 == 0:
                assert point_of(entry) == P256.multiply(tooth_sum(i) * d % N, P256.g)


def test_the_shipped_comb_of_the_generator(mp):
    comb = mp.run("from scanner.crypto.p256_generator import COMB\nresult = COMB")
    assert len(comb) == 4096
    for i in range(64):
        key = ec.derive_private_key(tooth_sum(i) % N, ec.SECP256R1()).public_key().public_numbers()
        assert point_of(comb[64 * i : 64 * i + 64]) == (key.x, key.y)
    assert mp.call("scanner.crypto.p256:table", *(P256.pack(c) for c in P256.g)) == comb


def test_a_table_of_the_wrong_size_verifies_nothing(mp):
    key, e = (P256.pack(P256.g[0]), P256.pack(P256.g[1])), P256.pack(3)
    r = P256.multiply(5, P256.g)[0]
    good = P256.pack(r, (3 + r) * pow(5, -1, N) % N)
    assert mp.call("scanner.crypto.p256:verify", *key, e, good)
    table = mp.call("scanner.crypto.p256:table", *key)
    assert mp.call("scanner.crypto.p256:verify", *key, e, good, table)
    for wrong in (b"", table[:-1], table + b"\0"):
        assert not mp.call("scanner.crypto.p256:verify", *key, e, good, wrong)
    assert not mp.call("scanner.crypto.p256:verify", *key, e, good, bytes(4096))
