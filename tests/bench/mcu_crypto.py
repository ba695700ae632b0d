"""Instructions of signatures, hashes and verdicts on the emulated core: a table of tests/bench/mcu.py."""

from __future__ import annotations

import hashlib
import random

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from gatepost.issue.hc1 import signature_of
from harness import frames
from harness.certificates import NOW, STAND_INS, issue, p256, p384, record, rsa2048, vaccination
from mcu.machine import FREE, RAM_DISK
from mcu_core import Bench, asked, beside

# Tables on a littlefs in external RAM, and one of the key on it.
KEPT = (
    RAM_DISK
    + """
import os, uctypes, vfs
from scanner.trust.key_tables import KeyTables

disk = Disk(uctypes.bytearray_at(at, size))
as_on_boards = {"readsize": 16, "progsize": 16, "lookahead": 32}
vfs.VfsLfs2.mkfs(disk, **as_on_boards)
vfs.mount(vfs.VfsLfs2(disk, **as_on_boards), "/kept")
tables = KeyTables("/kept", bytes(32))

def table_made():
    tables.rest()
    tables._held = None
    return len(os.listdir("/kept/tables")) == 1
"""
)


def crypto(bench: Bench) -> dict[str, float]:
    """The table of signatures and verdicts; million instructions by kind."""
    key = p256()
    message = b"gatepost" * 50
    point = key.public_key().public_numbers()
    rsa = rsa2048()
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    text = certificate()
    totals = {}
    bench.machine.run(
        STAND_INS
        + "from scanner.crypto import p256, p384, rsa, sha384\n"
        + "from scanner.codec import base45, cbor, inflate\n"
        + "trust, clock = Trust(keys), Clock(now)",
        space="crypto",
        keys=[record(key)],
        now=NOW,
        x=point.x.to_bytes(32, "big"),
        y=point.y.to_bytes(32, "big"),
        digest=hashlib.sha256(message).digest(),
        signature=signature_of(key, message),
        n=rsa.public_key().public_numbers().n.to_bytes(256, "big"),
        e=65537,
        sealed=rsa.sign(message, pss, hashes.SHA256()),
        pkcs1=rsa.sign(message, padding.PKCS1v15(), hashes.SHA256()),
        **_p384(message),
        data=bytes(1000),
        text=text,
        packed=None,
        table=None,
    )
    bench.machine.run(KEPT, space="crypto", at=FREE, size=1 << 20)
    verify = "p256.verify(x, y, digest, signature)"
    verdict = "judge(text, trust, clock).code == 'ok'"
    rows = (
        ("P-256, first after a start", verify),
        ("P-256, new key", verify),
        ("P-256, table of a key", "len(p256.table(x, y))"),
        ("P-256, known key", "p256.verify(x, y, digest, signature, table)"),
        ("RSA-2048, PSS", "rsa.verify_pss(n, e, digest, sealed)"),
        ("RSA-2048, PKCS #1 v1.5", "rsa.verify_pkcs1(n, e, digest, pkcs1)"),
        ("SHA-384 of 1000 bytes", "len(sha384.digest(data))"),
        (f"Base45 of {len(text)} characters", "len(base45.decode(text[4:]))"),
        ("inflate", "len(inflate.inflate(packed, 65536, 15))"),
        ("P-384", "p384.verify(x3, y3, digest3, signature3)"),
        ("HC1 text to verdict, new key", verdict),
        ("afterwards: its table made and written", "table_made()"),
        ("HC1 text to verdict, known key", verdict),
        ("... the same key again", verdict),
    )
    print("| work | instructions | asked | C on the same core |")
    print("|---|---|---|---|")
    for kind, expression in rows:
        if kind == "P-256, known key":
            bench.machine.run("table = p256.table(x, y)", space="crypto")
        if kind == "HC1 text to verdict, new key":
            bench.machine.run("trust.tables = tables", space="crypto")
        if kind == "inflate":
            bench.machine.run("packed = base45.decode(text[4:])", space="crypto")
        totals[kind] = bench.timed(expression)
        bench.note_in_crypto(kind, expression)
        print(f"| {kind} | {totals[kind]:.2f} M | {asked(kind)} | {beside(kind)} |")
    return totals


def _p384(message: bytes) -> dict[str, bytes]:
    key = p384()
    point = key.public_key().public_numbers()
    return {
        "x3": point.x.to_bytes(48, "big"),
        "y3": point.y.to_bytes(48, "big"),
        "digest3": hashlib.sha384(message).digest(),
        "signature3": signature_of(key, message),
    }


def certificate() -> str:
    """An HC1 text whose code is of version 18 at level Q: the holder's name grows until it is."""
    rng = random.Random(18)
    letters = "".join(rng.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for _ in range(160))
    for length in range(1, len(letters)):
        name = letters[:length]
        text = issue(vaccination() | {"nam": {"fn": name.title(), "fnt": name, "gn": "Zoë", "gnt": "ZOE"}})
        if frames.symbol(text, error="q").version == 18:
            return text
    raise SystemExit("no certificate of version 18 could be made")
