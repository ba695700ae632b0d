"""Signatures on the emulated core: the vectors of unit/test_ecdsa.py, run there too, and RSA.

How to have a core: the docstring of test_mcu_machine.py.
"""

from __future__ import annotations

import hashlib

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from harness.certificates import rsa2048
from unit.test_ecdsa import *  # noqa: F403 - each test there, with the fixture `mp` of this folder

MESSAGE = b"gatepost" * 9


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
