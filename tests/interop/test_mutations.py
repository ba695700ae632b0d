"""Mutations of real certificates, at every layer: none passes, none raises, none takes long."""

from __future__ import annotations

import base64
import json
import random
import zlib
from itertools import pairwise
from pathlib import Path
from typing import Any

from gatepost.issue.hc1 import pack
from harness.certificates import codes, judge, unpack
from harness.interpreter import Interpreter
from harness.x509keys import record_of

ROUNDS = {"64-bit": 700, "32-bit": 250}


def passing(mp: Interpreter, corpora: Path) -> list[tuple[str, list[dict[str, Any]], int]]:
    """A few certificates of different issuers that pass, each with its key and clock."""
    index = json.loads((corpora / "index.json").read_text(encoding="utf-8"))
    found: dict[str, tuple[str, list[dict[str, Any]], int]] = {}
    for row in index["corpora"]["dcc"]:
        if not row["positive"] or row["exclude"] or row["country"] in found:
            continue
        case = json.loads((corpora / row["path"]).read_text(encoding="utf-8"))
        record = record_of(base64.b64decode(case["TESTCTX"]["CERTIFICATE"]), row["country"])
        if judge(mp, case["PREFIX"], [record], now=row["clock_unix"])["verdict"] == 0:
            found[row["country"]] = (case["PREFIX"], [record], row["clock_unix"])
        if len(found) == 8:
            break
    return list(found.values())


def bend(data: bytes, draw: random.Random) -> bytes:
    """One to four changes: a flipped bit, bytes replaced, removed, doubled, moved or put in."""
    bent = bytearray(data)
    for _ in range(draw.choice((1, 1, 2, 4))):
        at = draw.randrange(len(bent)) if bent else 0
        length = draw.choice((1, 1, 2, 8, 32))
        match draw.randrange(6):
            case 0 if bent:
                bent[at] ^= 1 << draw.randrange(8)
            case 1:
                bent[at : at + length] = draw.randbytes(length)
            case 2:
                del bent[at : at + length]
            case 3:
                bent[at:at] = bent[at : at + length]
            case 4:
                piece = bytes(bent[at : at + length])
                del bent[at : at + length]
                to = draw.randrange(len(bent) + 1)
                bent[to:to] = piece
            case _:
                bent[at:at] = draw.choice(
                    (b"\xff", b"\x9f", b"\xbf", b"\xd2", b"\x00", b"\xf6", b"\x1b" + b"\xff" * 8)
                )
    return bytes(bent)


def test_no_mutation_passes(mp, corpora):
    draw = random.Random(20210701)
    subjects = passing(mp, corpora)
    assert len(subjects) >= 3
    for text, keys, now in subjects:
        inside = unpack(text)
        texts = []
        while len(texts) < ROUNDS[mp.name] // len(subjects):
            if len(texts) % 3:
                changed = bend(inside, draw)
                if changed != inside:
                    texts.append(pack(changed))
            else:
                characters = bend(text.encode(), draw)
                if characters != text.encode() and not same(characters, inside):
                    texts.append(characters.decode("latin-1"))
        for mutant, (verdict, code) in zip(texts, codes(mp, texts, keys, now=now), strict=True):
            assert verdict != 0, mutant
            assert code != "internal_fault", mutant


def same(characters: bytes, inside: bytes) -> bool:
    """Whether another text carries the very bytes that were signed: then it may pass."""
    try:
        return unpack(characters.decode()) == inside
    except (ValueError, OverflowError, zlib.error):
        return False


def test_parts_of_two_certificates_make_none(mp, corpora):
    subjects = passing(mp, corpora)[:4]
    for (first, keys, now), (second, other, _) in pairwise(subjects):
        one, two = unpack(first), unpack(second)
        texts = [
            pack(one[:-64] + two[-64:]),
            pack(one[: len(one) // 2] + two[len(two) // 2 :]),
            first[:200] + second[200:],
        ]
        for verdict, code in codes(mp, texts, keys + other, now=now):
            assert verdict == 2
            assert code != "internal_fault"
