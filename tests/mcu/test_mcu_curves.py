"""Signatures on the emulated core: the P-256 vectors of unit/test_ecdsa.py and the limbs at the edges of their digits,
run there too; inverses, P-384, RSA and SHA-384.

P-384 takes 0.15 G instructions each time, in plain Python that is no different here: one signature of it is enough.

How to have a core: the docstring of test_mcu_machine.py.
"""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from gatepost.issue.hc1 import signature_of
from harness.certificates import p384, rsa2048
from unit import test_inverse
from unit.test_ecdsa import *  # noqa: F403 - each test there, with the fixtures `mp` and `case` of this folder
from unit.test_ecdsa import CASES
from unit.test_p256_field import (  # noqa: F401
    test_a_table_holds_the_multiples_that_its_columns_name,
    test_an_element_may_be_its_own_factor_and_result,
    test_balancing,
    test_numbers_in_and_out,
    test_packed_points_of_every_kind_of_byte,
    test_products_at_the_edge_of_31_bits,
    test_squares_at_the_edge_of_31_bits,
    test_the_shipped_comb_of_the_generator,
)

MESSAGE = b"gatepost" * 9


@pytest.fixture(params=["p256", "p256 with table"])
def case(request):
    return CASES[request.param]


@pytest.mark.parametrize("prime", ["n of P-256", "p of P-384"])
def test_inverses(mp, prime):
    test_inverse.test_inverses(mp, prime)


@pytest.mark.parametrize("changed", [False, True])
def test_p384(mp, changed):
    point = p384().public_key().public_numbers()
    digest = bytearray(hashlib.sha384(MESSAGE).digest())
    digest[7] ^= changed
    x, y = (value.to_bytes(48, "big") for value in (point.x, point.y))
    found = mp.call("scanner.crypto.p384:verify", x, y, bytes(digest), signature_of(p384(), MESSAGE))
    assert found is not changed


@pytest.mark.parametrize("changed", [False, True])
def test_rsa_pss(mp, changed):
    key = rsa2048()
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    signature = bytearray(key.sign(MESSAGE, pss, hashes.SHA256()))
    signature[100] ^= changed
    numbers = key.public_key().public_numbers()
    digest = hashlib.sha256(MESSAGE).digest()
    n = numbers.n.to_bytes(256, "big")
    found = mp.call("scanner.crypto.rsa:verify_pss", n, numbers.e, digest, bytes(signature))
    assert found is not changed


@pytest.mark.parametrize("size", [0, 1, 111, 112, 127, 128, 1000])
def test_sha384(mp, size):
    data = bytes(range(256)) * 4
    assert mp.call("scanner.crypto.sha384:digest", data[:size]) == hashlib.sha384(data[:size]).digest()
