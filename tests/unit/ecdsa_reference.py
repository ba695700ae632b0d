"""ECDSA on prime curves in plain Python integers and affine points, to make the vectors that libraries do not make.

Written apart from the firmware: textbook formulas (SEC 1, 2.2.1), no Jacobian coordinates, no recoding.
"""

from __future__ import annotations

from dataclasses import dataclass

Point = tuple[int, int] | None  # None: the point at infinity


@dataclass(frozen=True)
class Curve:
    size: int
    p: int
    b: int
    n: int
    g: tuple[int, int]

    def add(self, one: Point, other: Point) -> Point:
        if one is None:
            return other
        if other is None:
            return one
        p = self.p
        if one[0] == other[0]:
            if (one[1] + other[1]) % p == 0:
                return None
            slope = 3 * (one[0] ** 2 - 1) * pow(2 * one[1], -1, p)
        else:
            slope = (other[1] - one[1]) * pow(other[0] - one[0], -1, p)
        x = (slope * slope - one[0] - other[0]) % p
        return x, (slope * (one[0] - x) - one[1]) % p

    def multiply(self, k: int, point: Point) -> Point:
        total: Point = None
        for bit in bin(k)[2:] if k else "":
            total = self.add(total, total)
            if bit == "1":
                total = self.add(total, point)
        return total

    def verify(self, q: tuple[int, int], e: int, r: int, s: int) -> bool:
        if not (0 < r < self.n and 0 < s < self.n):
            return False
        w = pow(s, -1, self.n)
        total = self.add(self.multiply(e * w % self.n, self.g), self.multiply(r * w % self.n, q))
        return total is not None and total[0] % self.n == r

    def lift(self, x: int) -> Point:
        """A point with this x, or None where there is none; p = 3 mod 4 on both curves."""
        square = (x**3 - 3 * x + self.b) % self.p
        y = pow(square, (self.p + 1) // 4, self.p)
        return (x, y) if y * y % self.p == square else None

    def pack(self, *values: int) -> bytes:
        return b"".join(value.to_bytes(self.size, "big") for value in values)


# SP 800-186, 3.2.1.3 and 3.2.1.4.
P256 = Curve(
    32,
    2**256 - 2**224 + 2**192 + 2**96 - 1,
    0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B,
    0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551,
    (
        0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296,
        0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5,
    ),
)
P384 = Curve(
    48,
    2**384 - 2**128 - 2**96 + 2**32 - 1,
    0xB3312FA7E23EE7E4988E056BE3F82D19181D9C6EFE8141120314088F5013875AC656398D8A2ED19D2A85C8EDD3EC2AEF,
    0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973,
    (
        0xAA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B9859F741E082542A385502F25DBF55296C3A545E3872760AB7,
        0x3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147CE9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F,
    ),
)
