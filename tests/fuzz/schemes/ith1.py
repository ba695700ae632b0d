"""ITH1: the sealed travel certificate and the status code, sealed by the reading key after each change inside."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from gatepost.issue import ith1
from harness.certificates import NOW, YEAR, p256, record

from fuzz import readers, writers
from fuzz.pieces import bend
from fuzz.schemes import envelopes
from fuzz.schemes.envelopes import from_text, inflated, opened, state, text_of
from fuzz.schemes.layers import Flaws, Layer, Scheme, Seed
from fuzz.schemes.sound import bare, count, last_day, moment, need, seconds, today, word
from fuzz.schemes.words import words
from fuzz.values import Tag, twist

READING = ith1.ReadingKey(b"READ-UT1", "UT", NOW - YEAR, NOW + YEAR, bytes(range(32)))
KEYS = {"p256": p256(31), "p256-of-pt": p256(32), "p256-of-nobody": p256(33)}
RECORDS = [
    record(p256(31), scheme="ITH1", country="UT", name="Health Authority of Utopia"),
    record(p256(32), scheme="ITH1", country="PT"),
]
_NONCE = bytes(range(100, 112))


def travel(corpora: Path | None) -> Scheme:
    """The travel certificate."""
    moment_of = datetime.fromtimestamp(NOW, UTC)
    bodies = {each: {ith1.TRAVEL: ith1.sample(each, moment_of)} for each in ith1.SAMPLES}
    return _scheme("ith1", bodies, NOW + YEAR)


def status(corpora: Path | None) -> Scheme:
    """The status code."""
    bodies = {each: {ith1.STATUS: ith1.status(each)} for each in ("green", "yellow", "red")}
    return _scheme("status", bodies, NOW + 1740)


def _scheme(name: str, bodies: dict[str, dict[int, Any]], expires: int) -> Scheme:
    seeds = [
        Seed(each, "claims", state({4: expires, 6: NOW - 60, **body}, KEYS, "p256"), NOW)
        for each, body in bodies.items()
    ]
    stack = (
        *envelopes.layers(KEYS, [seed.value["claims"] for seed in seeds]),
        Layer("packed", bend, _to_seal),
        Layer("seal", _change_seal, _to_outer, 2),
        Layer("outer", bend, lambda value, quirk, flaws: text_of("ITH1:", value)),
        Layer("text", bend, lambda value, quirk, flaws: [value]),
    )
    rows = ((READING.kid, READING.country, READING.begin, READING.end, READING.secret),)
    genuine = partial(_genuine, records=RECORDS)
    return Scheme(name, stack, tuple(seeds), RECORDS, genuine, _check, rows)


def _to_seal(packed: bytes, quirk: random.Random | None, flaws: Flaws) -> dict[str, Any]:
    return {
        "header": {1: 3, 4: READING.kid, 15: {1: READING.country}},
        "outside": {5: _NONCE},
        "packed": packed,
        "after": (),
    }


def _change_seal(value: dict[str, Any], draw: random.Random) -> dict[str, Any]:
    # Before it is sealed, in the headers; or after, anywhere.
    if draw.random() < 0.6:
        part = draw.choice(("header", "header", "outside"))
        return value | {part: twist(value[part], draw, words(), [])}
    return value | {"after": (*value["after"], draw.randrange(1 << 48))}


def _to_outer(value: dict[str, Any], quirk: random.Random | None, flaws: Flaws) -> bytes:
    header = writers.cbor(value["header"], set(), quirk)
    outside = value["outside"]
    nonce = outside.get(5) if isinstance(outside, dict) else None
    nonce = nonce if isinstance(nonce, bytes) and 8 <= len(nonce) <= 128 else _NONCE
    sealed = AESGCM(READING.secret).encrypt(
        nonce, value["packed"], writers.cbor(["Encrypt0", header, b""], set())
    )
    tree: Any = Tag(16, [header, outside, sealed])
    for number in value["after"]:
        tree = twist(tree, random.Random(number), words(), [])
    return writers.cbor(tree, set(), quirk)


def _genuine(frames: tuple[bytes, ...], records: list[dict[str, Any]]) -> Any:
    header, outside, sealed = bare(readers.cbor(from_text(frames[-1], "ITH1:")))
    try:
        packed = AESGCM(READING.secret).decrypt(
            outside[5], sealed, writers.cbor(["Encrypt0", header, b""], set())
        )
    except (InvalidTag, TypeError):
        raise ValueError("not sealed by the reading key") from None
    claims, found = opened(inflated(packed), records)
    if found["country"] != READING.country:
        raise ValueError("of another authority")
    return claims


def _check(claims: Any, now: int) -> None:
    need(isinstance(claims, dict), "claims")
    expires, issued = seconds(claims.get(4), "exp"), seconds(claims.get(6), "iat")
    need(issued < now + 1 and now <= expires, "times")
    body, colour = bare(claims.get(ith1.TRAVEL)), bare(claims.get(ith1.STATUS))
    need((body is None) != (colour is None), "one body")
    if colour is not None:
        need(0 < expires - issued < 86401 and 6 in claims, "life")
        need(isinstance(colour, dict) and bare(colour.get("col")) == "green", "col")
        body = colour
    need(isinstance(body, dict), "body")
    need(bare(body.get("ver")) == 1 and bare(body.get("ver")) is not True, "ver")
    name = bare(body.get("nam"))
    need(isinstance(name, dict), "nam")
    for value in (name.get("fnt"), body.get("doc"), body.get("dob")):
        need(len(word(value, "holder")) <= 128, "holder")
    last_day(body["dob"], "dob")
    for member in ("fn", "gn", "gnt"):
        need(member not in name or isinstance(bare(name[member]), str), member)
    if colour is None:
        rows = {kind: bare(body.get(kind, [])) for kind in "tav"}
        need(all(isinstance(each, list) for each in rows.values()), "lists")
        need(0 < sum(len(each) for each in rows.values()) <= 16, "entries")
        for kind in "tav":
            for row in rows[kind]:
                _check_row(kind, bare(row), now)


def _check_row(kind: str, row: Any, now: int) -> None:
    need(isinstance(row, dict), "row")
    if kind == "v":
        word(row.get("mp"), "mp")
        need(last_day(row.get("dt"), "dt") <= today(now), "dt")
        need(count(row.get("dn"), "dn") < 100, "dn")
        if "sd" in row:
            count(row["sd"], "sd")
        return
    need(moment(row.get("sc"), "sc") <= now, "sc")
    if kind == "t":
        need(bare(row.get("tr")) == "negative", "tr")
    else:
        for member in ("igm", "igg"):
            need(bare(row.get(member)) in ("positive", "negative", "unclear"), member)
