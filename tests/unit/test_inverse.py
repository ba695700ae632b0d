"""Inverses modulo the primes of the curves: what Euclid's algorithm meets, against Python's own."""

from __future__ import annotations

import random

import pytest
from unit.ecdsa_reference import P256, P384

SOURCE = """
from scanner.crypto.inverse import inverse
result = [inverse(a, m, size) for a in values]
"""
PRIMES = {"n of P-256": P256.n, "p of P-256": P256.p, "n of P-384": P384.n, "p of P-384": P384.p}


def chosen(m: int) -> list[int]:
    """Small and large ones, bits alone and in runs, neighbours of fractions of m, whose first quotients are long."""
    size = m.bit_length()
    values = [*range(1, 20), *(m - i for i in range(1, 20))]
    for i in range(size):
        values += [1 << i, (1 << i) - 1, m - (1 << i), m >> i, (m >> i) + 1]
    for k in (2, 3, 5, 7, 2**13, 2**14, 2**14 - 1, 2**14 + 1, 2**15, 2**16, 2**28, 2**29 + 1, 2**64, 2**100):
        values += [m // k + i for i in (-1, 0, 1, 2)]
    # Fibonacci numbers: every quotient is 1; and continued fractions of nothing but one quotient.
    for quotient in (1, 2, 3, 2**13, 2**14 - 1, 2**14, 2**15, 2**27, 2**28):
        a, b = 1, 0
        while a < m:
            values += [a, m - a]
            a, b = a * quotient + b, a
    # Numbers whose quotients with m begin as told: m / (q + m' / m) for long and short q after one another.
    rng = random.Random(7)
    for _ in range(200):
        x, y = 1, 0
        while x < m:
            q = rng.choice((1, 1, 2, 2**14 - 1, 2**14, 2**20, 2**28, rng.randrange(1, 2**16)))
            x, y = x * q + y, x
        values.append(y)
    values += [rng.randrange(1, m) for _ in range(500)]
    return sorted({value % m for value in values} - {0})


@pytest.mark.parametrize("prime", PRIMES)
def test_inverses(mp, prime):
    m = PRIMES[prime]
    values = chosen(m)
    for at in range(0, len(values), 200):
        some = values[at : at + 200]
        found = mp.run(SOURCE, values=some, m=m, size=(m.bit_length() + 7) // 8)
        wrong = [hex(a) for a, b in zip(some, found, strict=True) if b != pow(a, -1, m)]
        assert not wrong
