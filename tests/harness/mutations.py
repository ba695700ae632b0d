"""Seeded changes to certificates of every scheme, before they are signed and after."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from gatepost.issue import israel, shc, vdsnc

from harness.cards import ISSUER, card_record, laboratory, vaccinated
from harness.certificates import NOW, p256, record
from harness.seals import TESTED, VACCINATED, authority_record, signer

_PIECES = (
    b'"',
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"null",
    b"-1",
    b"1e9",
    b"\xff",
    b"\x00",
    b"/",
    b"#",
    b"=",
)
_VALUES = (
    None,
    True,
    0,
    -1,
    2**40,
    1.5,
    "",
    "x" * 300,
    "\u0000",
    [],
    {},
    [[]],
    [None],
    {"a": {}},
    "2021-13-40",
)


def bent(data: bytes, draw: random.Random) -> bytes:
    """One to four changes anywhere in the bytes."""
    out = bytearray(data)
    for _ in range(draw.choice((1, 1, 2, 4))):
        at, length = draw.randrange(len(out) + 1), draw.choice((1, 1, 2, 9))
        match draw.randrange(4):
            case 0 if at < len(out):
                out[at] ^= 1 << draw.randrange(8)
            case 1:
                del out[at : at + length]
            case 2:
                out[at:at] = out[at : at + length]
            case _:
                out[at:at] = draw.choice(_PIECES)
    return bytes(out)


def twisted(value: Any, draw: random.Random) -> Any:
    """A copy of a JSON value in which one member somewhere is another value, or gone."""
    if isinstance(value, dict) and value:
        out = dict(value)
        name = draw.choice(list(out))
        if draw.random() < 0.25:
            out[name] = draw.choice(_VALUES)
        elif draw.random() < 0.1:
            del out[name]
        else:
            out[name] = twisted(out[name], draw)
        return out
    if isinstance(value, list) and value:
        out = list(value)
        at = draw.randrange(len(out))
        out[at] = twisted(out[at], draw)
        return out
    return draw.choice(_VALUES)


def _card(draw: random.Random) -> bytes:
    bundle = draw.choice((vaccinated(), laboratory()))
    content = json.dumps(twisted(shc.card(bundle, ISSUER, NOW - 9), draw)).encode()
    if draw.random() < 0.2:
        content = bent(content, draw)
    return ("shc:/" + shc.digits(shc.issue_shc({}, p256(), ISSUER, payload=content))).encode()


def _seal(draw: random.Random) -> bytes:
    kind, message = draw.choice((("icao.vacc", VACCINATED), ("icao.test", TESTED)))
    data = twisted({"hdr": {"is": "UTO", "t": kind, "v": 1}, "msg": message}, draw)
    certificate: Any = _SIGNER
    if draw.random() < 0.3:
        certificate = bent(_SIGNER, draw)
    return vdsnc.issue_vdsnc({}, p256(8), certificate, data=data).encode()


def _pass(draw: random.Random) -> bytes:
    content = json.dumps(twisted(israel.sample("vaccination", p256(), _MOMENT), draw)).encode()
    if draw.random() < 0.2:
        content = bent(content, draw)
    return israel.issue_israel(content, p256())


_MOMENT = datetime.fromtimestamp(NOW, UTC)
_SIGNER = signer(p256(8)).public_bytes(Encoding.DER)

SUBJECTS: dict[str, Callable[[random.Random], bytes]] = {"SHC": _card, "VDS-NC": _seal, "Israel": _pass}
KEYS = [card_record(), authority_record(), record(p256(), scheme="IL", kid=b"IL/P-256", country="IL")]


def mutants(scheme: str, count: int, seed: int) -> list[bytes]:
    """Texts of a scheme: two of three with bent content under a good signature, the rest bent afterwards."""
    draw = random.Random(f"{scheme} {seed}")
    found = []
    while len(found) < count:
        text = SUBJECTS[scheme](draw)
        found.append(bent(text, draw) if draw.random() < 0.34 else text)
    return found
