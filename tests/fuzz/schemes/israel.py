"""Israel's older pass: base64 of a signature, "#", JSON."""

from __future__ import annotations

import base64
import json
import random
import re
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa, utils
from gatepost.issue import israel
from harness import samples_israel
from harness.certificates import NOW, p256, record, rsa2048

from fuzz import readers, writers
from fuzz.pieces import bend
from fuzz.schemes.layers import Flaws, Layer, Scheme, Seed, public_key
from fuzz.schemes.sound import birth, last_day, need, today
from fuzz.schemes.words import names
from fuzz.values import twist

# CDC's codes of vaccines against COVID-19; brands, and makers.
_CVX = {
    *("207", "208", "210", "211", "212", "213", "217", "218", "219", "221", "227", "228", "229"),
    *("300", "301", "302", "500", "502", "505", "506", "510", "511"),
}
_NAMES = (
    *("comirnaty", "pfizer", "spikevax", "moderna", "vaxzevria", "astrazeneca", "jcovden", "janssen"),
    *("nuvaxovid", "covaxin", "covishield", "coronavac", "sputnik"),
)
KEYS: dict[str, Any] = {"p256": p256(), "rsa": rsa2048(), "nobody": p256(9)}
RECORDS = [
    record(p256(), scheme="IL", kid=b"IL/P-256", country="IL"),
    record(rsa2048(), scheme="IL", kid=b"IL/RSA", country="IL"),
]


def scheme(corpora: Path | None) -> Scheme:
    records = list(RECORDS)
    moment = datetime.fromtimestamp(NOW, UTC)
    green = {
        "ct": 1,
        "et": 2,
        "id": "01/IL/X#Y",
        "c": "IL MOH",
        "p": [{"e": "2021-12-01", "g": "Dana"}, {"e": "2021-11-01"}],
    }
    seeds = [
        Seed("a vaccination", "claims", _state(israel.sample("vaccination", p256(), moment), "p256"), NOW),
        Seed("a recovery", "claims", _state(israel.sample("recovery", rsa2048(), moment), "rsa"), NOW),
        Seed("a green pass", "claims", _state(green, "rsa", True), NOW),
    ]
    for sample in samples_israel.samples(corpora) if corpora else []:
        if sample.frames[0][:4].upper() == b"HC1:":
            continue
        records += [each for each in sample.keys if each not in records]
        seeds.append(Seed(sample.name, "text", sample.frames[0], sample.now))
        content = json.loads(sample.frames[0].partition(b"#")[2])
        key = "p256" if content.get("et") == 3 else "rsa"
        seeds.append(Seed(sample.name + ", signed by us", "claims", _state(content, key), sample.now))
    others = [seed.value["claims"] for seed in seeds if seed.layer == "claims"]
    stack = (
        Layer("claims", partial(_change_claims, others=others), _to_content, 12),
        Layer(
            "content", lambda value, draw: value | {"content": bend(value["content"], draw)}, _to_signed, 2
        ),
        Layer("signature", _change_signature, _to_text, 3),
        Layer("text", bend, lambda value, quirk, flaws: [value], 2),
    )
    return Scheme("israel", stack, tuple(seeds), records, partial(_genuine, records=records), _check)


def _state(claims: Any, key: str, double: bool = False) -> dict[str, Any]:
    return {"claims": claims, "key": key, "double": double}


def _change_claims(value: dict[str, Any], draw: random.Random, others: list[Any]) -> dict[str, Any]:
    if draw.random() < 0.04:
        return value | {"key": draw.choice(sorted(KEYS)), "double": draw.random() < 0.5}
    return value | {"claims": twist(value["claims"], draw, names(), others)}


def _to_content(value: dict[str, Any], quirk: random.Random | None, flaws: Flaws) -> dict[str, Any]:
    return value | {"content": writers.written_json(value["claims"], flaws, quirk)}


def _to_signed(value: dict[str, Any], quirk: random.Random | None, flaws: Flaws) -> tuple[bytes, bytes]:
    key, content = KEYS[value["key"]], value["content"]
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(
            _digest(content, value["double"]), padding.PKCS1v15(), utils.Prehashed(hashes.SHA256())
        ), content
    chosen = ec.ECDSA(utils.Prehashed(hashes.SHA256()), deterministic_signing=True)
    return key.sign(_digest(content, value["double"]), chosen), content


def _digest(content: bytes, double: bool) -> bytes:
    once = sha256(content).digest()
    return sha256(once).digest() if double else once


def _change_signature(value: tuple[bytes, bytes], draw: random.Random) -> tuple[bytes, bytes]:
    given, content = value
    try:
        tree = readers.der(given) if given[:1] == b"\x30" and draw.random() < 0.6 else None
    except ValueError:
        tree = None
    if tree is None:
        return bend(given, draw), content
    return readers.der_bytes(twist(tree, draw, [0x02, 0x03, 0x30, b"\x00", b"\x00" * 33], [])), content


def _to_text(value: tuple[bytes, bytes], quirk: random.Random | None, flaws: Flaws) -> bytes:
    return base64.b64encode(value[0]) + b"#" + value[1]


def _genuine(frames: tuple[bytes, ...], records: list[dict[str, Any]]) -> Any:
    head, _, content = frames[-1].partition(b"#")
    given = base64.b64decode(head + b"=" * (-len(head) % 4), validate=True)
    for each in records:
        if each["scheme"] == "IL" and any(
            _signed(each, given, _digest(content, double)) for double in (False, True)
        ):
            return json.loads(content)
    raise ValueError("nobody signed it")


def _signed(each: dict[str, Any], given: bytes, digest: bytes) -> bool:
    key, chosen = public_key(each), utils.Prehashed(hashes.SHA256())
    try:
        if each["kind"] == "RSA":
            key.verify(given, digest, padding.PKCS1v15(), chosen)
        else:
            key.verify(given, digest, ec.ECDSA(chosen))
    except InvalidSignature:
        return False
    return True


def _check(content: Any, now: int) -> None:
    names_of = [content.get(member) for member in ("f", "g", "fl", "gl")]
    need(all(each is None or isinstance(each, str) for each in names_of), "a name")
    need(any(each and each.strip() for each in names_of), "no name")
    birth(content.get("b", ""), "b")
    # Without an end it is for the policy, which asks for none here.
    # Its software writes the first day of all where there is none.
    if content.get("e") and not re.fullmatch(r"0001-01-01([T ].*)?", str(content["e"]).strip()):
        need(last_day(content["e"], "e") >= today(now), "e")
    # By these it is withdrawn.
    for member in ("id", "cn", "fn"):
        need(content.get(member) is None or isinstance(content[member], str), member)
    if content.get("a"):
        need(
            re.fullmatch(r"0001-01-01([T ].*)?", str(content["a"]).strip()) or last_day(content["a"], "a"),
            "a",
        )
    for member in ("d1", "d2", "d3", "d4"):
        need(content.get(member) is None or isinstance(content[member], dict), member)
    doses = [content[each] for each in ("d1", "d2", "d3", "d4") if isinstance(content.get(each), dict)]
    dated = [
        each
        for each in doses
        if isinstance(each.get("d"), str) and each["d"].strip() not in ("", "0001-01-01")
    ]
    if dated:
        for dose in dated:
            need(last_day(dose["d"], "d") <= today(now), "d")
            for member in ("vb", "vc", "vv"):
                need(dose.get(member) is None or isinstance(dose[member], str), member)
        # The rules ask for two doses, on two days, of a vaccine known by its code or, without one, by its brand.
        known = [dose for dose in dated if _against_covid(dose)]
        need(len({last_day(dose["d"], "d") for dose in known}) >= 2, "doses")
        return
    recovered = content.get("r") or content.get("rd")
    if recovered and str(recovered)[:10] != "0001-01-01":
        need(last_day(recovered, "r") <= today(now), "r")
        need(last_day(content.get("e"), "e") >= today(now), "e")
        return
    need(content.get("ct") == 1 and content["ct"] is not True, "ct")


def _against_covid(dose: dict[str, Any]) -> bool:
    code = (dose.get("vc") or "").strip()
    if code:
        return code in _CVX
    return any(name in (dose.get("vv") or "").lower() for name in _NAMES)
