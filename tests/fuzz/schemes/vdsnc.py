"""VDS-NC: JSON in its canonical form, signed by a certificate that stands beside it, which its authority signed."""

from __future__ import annotations

import base64
import json
import random
from functools import partial
from pathlib import Path
from typing import Any

from asn1crypto import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from gatepost.issue import vdsnc
from harness import samples_vdsnc
from harness.certificates import NOW, p256, p384
from harness.seals import TESTED, VACCINATED, authority_key, authority_record, signer

from fuzz import readers, writers
from fuzz.pieces import bend
from fuzz.schemes.envelopes import verifies
from fuzz.schemes.layers import Flaws, Layer, Scheme, Seed, public_key, signature
from fuzz.schemes.sound import birth, count, first_day, last_day, moment, need, today, word
from fuzz.schemes.words import names
from fuzz.values import twist

KEYS = {"p256": p256(8), "p384": p384(8)}
_TAGS: list[Any] = [
    0x02,
    0x03,
    0x04,
    0x06,
    0x13,
    0x17,
    0x18,
    0x30,
    0x31,
    0x80,
    0xA0,
    0xA3,
    b"\x55\x1d\x25",
    b"\x55\x1d\x0f",
    b"\x55\x1d\x13",
    b"\x55\x1d\x23",
    b"\x67\x81\x08\x01\x01\x06\x02",
    b"\x01\xff",
    b"210631000000Z",
]
_SHA384 = b"\x2a\x86\x48\xce\x3d\x04\x03\x03"


def scheme(corpora: Path | None) -> Scheme:
    records = [authority_record("P-256"), authority_record("P-384")]
    seeds = []
    for which, key in (("P-256", "p256"), ("P-384", "p256"), ("P-256", "p384")):
        certificate = signer(KEYS[key], which).public_bytes(Encoding.DER)
        for kind, message in (("icao.vacc", VACCINATED), ("icao.test", TESTED)):
            data = {"hdr": {"is": "UTO", "t": kind, "v": 1}, "msg": message}
            seeds.append(
                Seed(f"{kind} by {key} under {which}", "claims", _state(data, certificate, which, key), NOW)
            )
    for sample in samples_vdsnc.samples(corpora) if corpora else []:
        seeds.append(Seed(sample.name, "text", sample.frames[0], sample.now))
        whole = json.loads(sample.frames[0])
        certificate = base64.urlsafe_b64decode(whole["sig"]["cer"] + "==")
        seeds.append(Seed(sample.name + ", its tree", "whole", whole, sample.now))
        whole["data"]["hdr"]["is"] = "UTO"
        ours = signer(KEYS["p256"]).public_bytes(Encoding.DER)
        seeds.append(
            Seed(sample.name + ", signed by us", "claims", _state(whole["data"], ours, "P-256", "p256"), NOW)
        )
    others = [seed.value["claims"] for seed in seeds if seed.layer == "claims"]
    stack = (
        Layer("claims", partial(_change_claims, others=others), _same, 10),
        Layer("certificate", _change_certificate, _to_whole, 6),
        Layer("whole", lambda value, draw: twist(value, draw, names(), []), _to_text, 3),
        Layer("text", bend, lambda value, quirk, flaws: [value], 2),
    )
    return Scheme("vdsnc", stack, tuple(seeds), records, partial(_genuine, records=records), _check)


def _state(data: Any, certificate: bytes, which: str, key: str) -> dict[str, Any]:
    return {
        "claims": data,
        "certificate": readers.der(certificate),
        "authority": which,
        "key": key,
        "signed": False,
    }


def _change_claims(value: dict[str, Any], draw: random.Random, others: list[Any]) -> dict[str, Any]:
    if draw.random() < 0.05:
        return value | {"key": draw.choice(sorted(KEYS))}
    return value | {"claims": twist(value["claims"], draw, names(), others)}


def _change_certificate(value: dict[str, Any], draw: random.Random) -> dict[str, Any]:
    """Three of four are signed anew by the authority; of the others the signature is what it was."""
    tree = value["certificate"]
    kind = draw.randrange(8)
    if kind == 0:
        changed = bend(tree, draw) if isinstance(tree, bytes) else bend(readers.der_bytes(tree), draw)
        return value | {"certificate": changed, "signed": False}
    if isinstance(tree, bytes):
        return value
    return value | {"certificate": twist(tree, draw, _TAGS, []), "signed": kind > 2}


def _same(value: dict[str, Any], quirk: random.Random | None, flaws: Flaws) -> dict[str, Any]:
    return value


def _to_whole(value: dict[str, Any], quirk: random.Random | None, flaws: Flaws) -> dict[str, Any]:
    key = KEYS[value["key"]]
    certificate = _certificate(value)
    data = value["claims"]
    seal = {
        "alg": "ES256" if value["key"] == "p256" else "ES384",
        "cer": _base64(certificate),
        "sigvl": _base64(signature(key, _canonical(data))),
    }
    return {"data": data, "sig": seal}


def _certificate(value: dict[str, Any]) -> bytes:
    tree = value["certificate"]
    if value["signed"]:
        try:
            body, algorithm, _ = tree[0][1]
            which = value["authority"]
            given = authority_key(which).sign(
                readers.der_bytes([body]),
                ec.ECDSA(
                    hashes.SHA384() if which == "P-384" else hashes.SHA256(), deterministic_signing=True
                ),
            )
            tree = [[0x30, [body, algorithm, [0x03, b"\x00" + given]]]]
        except (ValueError, TypeError, LookupError):
            pass  # nothing is left that could be signed
    return readers.der_bytes(tree)


def _canonical(data: Any) -> bytes:
    """RFC 8785 where it is plain; what a reader refuses may be signed in any form."""
    flaws: Flaws = set()
    written = writers.written_json(data, flaws)
    if flaws:
        return written
    return json.dumps(_sorted(json.loads(written)), separators=(",", ":"), ensure_ascii=False).encode(
        "utf-8", "surrogatepass"
    )


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            name: _sorted(value[name])
            for name in sorted(value, key=lambda each: each.encode("utf-16-be", "surrogatepass"))
        }
    return [_sorted(each) for each in value] if isinstance(value, list) else value


def _to_text(value: Any, quirk: random.Random | None, flaws: Flaws) -> bytes:
    return writers.written_json(value, flaws, quirk)


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _genuine(frames: tuple[bytes, ...], records: list[dict[str, Any]]) -> Any:
    whole = json.loads(frames[-1], object_pairs_hook=_once)
    seal = whole["sig"]
    certificate = base64.urlsafe_b64decode(seal["cer"].rstrip("=") + "==")
    signed, algorithm, given = _children(_children(certificate)[0][1])
    # Names and serial numbers may be anything, as they may for the firmware: others stand here in their place.
    fields = [whole for whole, _ in _children(signed[1])]
    fields[1], fields[3], fields[5] = b"\x02\x01\x01", b"\x30\x00", b"\x30\x00"
    parsed = x509.Certificate.load(readers.der_bytes([[0x30, [[0x30, fields], algorithm[0], given[0]]]]))
    body: Any = parsed["tbs_certificate"]
    point = body["subject_public_key_info"]["public_key"].native
    size = len(point) // 2
    own = {"kind": f"P-{size * 8}", "x": point[1 : 1 + size], "y": point[1 + size :]}
    if not verifies(
        own, _canonical(whole["data"]), base64.urlsafe_b64decode(seal["sigvl"].rstrip("=") + "==")
    ):
        raise ValueError("the signer did not sign it")
    if not any(_signed_by(signed[0], algorithm[1], given[1][1:], record) for record in records):
        raise ValueError("no authority signed the signer")
    return whole["data"], parsed


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a name twice")
    return dict(pairs)


def _children(data: bytes) -> list[tuple[bytes, bytes]]:
    """The DER elements in `data`: each whole, and its content."""
    found = []
    at = 0
    while at < len(data):
        size, start = data[at + 1], at + 2
        if size & 0x80:
            count = size & 0x7F
            size = int.from_bytes(data[start : start + count], "big")
            start += count
        found.append((data[at : start + size], data[start : start + size]))
        at = start + size
    return found


def _signed_by(body: bytes, algorithm: bytes, given: bytes, record: dict[str, Any]) -> bool:
    chosen: Any = hashes.SHA384() if _SHA384 in algorithm else hashes.SHA256()
    try:
        public_key(record).verify(given, body, ec.ECDSA(chosen))
    except InvalidSignature:
        return False
    return True


def _check(content: Any, now: int) -> None:
    _check_data(content[0], now)
    _check_signer(content[1], now)


def _check_signer(certificate: x509.Certificate, now: int) -> None:
    body: Any = certificate["tbs_certificate"]
    validity = body["validity"].native
    need(validity["not_before"].timestamp() <= now <= validity["not_after"].timestamp(), "validity")
    usages = [each for each in body["extensions"] if each["extn_id"].dotted == "2.5.29.37"]
    need(len(usages) == 1 and usages[0]["critical"].native, "extended key usage")
    purposes = [each.dotted for each in usages[0]["extn_value"].parsed]
    need(vdsnc.BARCODE_SIGNER.dotted_string in purposes, "extended key usage")


def _check_data(data: Any, now: int) -> None:
    header, message = data["hdr"], data["msg"]
    need(header["is"] == "UTO" and header["v"] == 1 and type(header["v"]) is int, "hdr")
    person = message.get("pid")
    need(isinstance(person, dict), "pid")
    word(person.get("n"), "n")
    birth(person.get("dob", ""), "dob")
    for member in ("i", "dn", "ai"):
        need(person.get(member) is None or isinstance(person[member], str), member)
    need(len({person[name].strip() for name in ("i", "dn") if (person.get(name) or "").strip()}) < 2, "dn")
    for member in ("uvci", "utci"):
        need(message.get(member) is None or isinstance(message[member], str), member)
    if header["t"] == "icao.vacc":
        doses = [dose for event in message["ve"] for dose in event["vd"]]
        need(doses, "vd")
        for dose in doses:
            need(last_day(dose.get("dvc"), "dvc") <= today(now), "dvc")
        covid = [event for event in message["ve"] if str(event.get("dis")).strip().split(".")[0] == "RA01"]
        numbers = [dose["seq"] for event in covid for dose in event["vd"] if dose.get("seq") is not None]
        need(any(count(number, "seq") >= 2 for number in numbers), "seq")
    else:
        need(header["t"] == "icao.test", "t")
        sampled = message["dat"].get("sc")
        # Of a month or a year alone it is for the policy to ask for more, and this one does not.
        if isinstance(sampled, str) and len(sampled.strip()) <= len("2021-06"):
            need(first_day(sampled, "sc") <= today(now), "sc")
        else:
            need(moment(sampled, "sc") <= now, "sc")
        need(word(message["tr"].get("r"), "r").lower() == "negative", "r")
