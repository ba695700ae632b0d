"""A provisioned scanner that keeps tables of keys, and ways to see by which way a signature was verified."""

from __future__ import annotations

import hashlib

from cryptography.hazmat.primitives.asymmetric import ec
from gatepost.issue.hc1 import signature_of
from gatepost.trust.signing import point
from harness.interpreter import Interpreter
from unit.bundle_rig import AUTHORITY, Rig

MESSAGE = b"met before"
DIGEST = hashlib.sha256(MESSAGE).digest()
KEYS = [ec.derive_private_key(0xBEEF + i, ec.SECP256R1()) for i in range(5)]
SETUP = """
from scanner.crypto import p256
from scanner.trust import key_tables

true_p256 = p256.verify
calls = []  # of p256.verify: whether with a table

def counting(x, y, digest, signature, table=None):
    calls.append(table is not None)
    return true_p256(x, y, digest, signature, table)

def ways(number, changed=False):
    # The answer to a key's signature, and by which ways it came.
    x, y, signature = signed[number]
    calls.clear()
    p256.verify = counting
    try:
        return up.trust.tables.verify(x, y, bytes(32) if changed else digest, signature), list(calls)
    finally:
        p256.verify = true_p256

def kept():
    return sorted(files("tables")) if "tables" in files("") else []

def name(number):
    return key_tables.sha256(signed[number][0] + signed[number][1]).digest()[:8].hex()
"""
TABLE, NO_TABLE, BOTH = [True], [False], [True, False]


def signed(key: ec.EllipticCurvePrivateKey) -> tuple[bytes, bytes, bytes]:
    numbers = key.public_key().public_numbers()
    return numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big"), signature_of(key, MESSAGE)


def keeper(mp: Interpreter, blocks: int = 96) -> Rig:
    """A provisioned scanner; 96 blocks of flash have room for three tables."""
    rig = Rig(mp, blocks=blocks, blank=True)
    rig.ask("provision", authority=point(AUTHORITY.public_key()), name="gate 1", supervisors=[])
    rig.run(SETUP, signed=[signed(key) for key in KEYS], digest=DIGEST)
    return rig


def ways(rig: Rig, number: int, changed: bool = False):
    good, calls = rig.run("result = ways(number, changed)", number=number, changed=changed)
    return good, calls


def met(rig: Rig, *numbers: int) -> None:
    for number in numbers:
        assert ways(rig, number)[0] is True
        rig.run("up.rest()")
