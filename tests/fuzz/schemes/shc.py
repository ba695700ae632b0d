"""SMART Health Cards: a FHIR bundle in a JWS in digits, in one code or several."""

from __future__ import annotations

import json
import random
import zlib
from functools import partial
from pathlib import Path
from typing import Any

from gatepost.issue import shc
from harness import samples_shc
from harness.cards import ISSUER, bundle, card_record, laboratory, patient, unbase64, vaccinated
from harness.certificates import NOW, p256

from fuzz import writers
from fuzz.pieces import bend
from fuzz.schemes.envelopes import inflated, verifies
from fuzz.schemes.layers import Flaws, Layer, Scheme, Seed, signature
from fuzz.schemes.sound import Malformed, birth, first_day, moment, need, seconds, today, word
from fuzz.schemes.words import names
from fuzz.values import twist

KEYS = {"p256": p256(), "nobody": p256(9)}
_SEEDS = 40
_LONGEST = 9000  # characters of a text that a seed may have


def scheme(corpora: Path | None) -> Scheme:
    records = [card_record()]
    two = vaccinated()
    two["entry"].append(
        {
            "fullUrl": "resource:2",
            "resource": dict(two["entry"][1]["resource"], occurrenceDateTime="2021-04-20"),
        }
    )
    seeds = [
        Seed(name, "claims", _state(shc.card(content, ISSUER, NOW - 9, NOW + 9999)), NOW)
        for name, content in (
            ("two doses", two),
            ("a vaccination", vaccinated()),
            ("a test", laboratory()),
            ("a sample", shc.sample()),
            ("several entries", _several()),
        )
    ]
    for sample in list(samples_shc.samples(corpora))[::2][:_SEEDS] if corpora else []:
        if sum(len(frame) for frame in sample.frames) > _LONGEST:
            continue
        records += [each for each in sample.keys if each not in records]
        if len(sample.frames) > 1:
            seeds.append(Seed(sample.name, "frames", list(sample.frames), sample.now))
            continue
        seeds.append(Seed(sample.name, "text", sample.frames[0], sample.now))
        content = _content(sample.frames[0])
        if isinstance(content, dict):
            seeds.append(
                Seed(sample.name + ", signed by us", "claims", _state(content | {"iss": ISSUER}), sample.now)
            )
    others = [seed.value["claims"] for seed in seeds if seed.layer == "claims"]
    stack = (
        Layer("claims", partial(_change_claims, others=others), _to_content, 12),
        Layer(
            "content", lambda value, draw: value | {"content": bend(value["content"], draw)}, _to_packed, 2
        ),
        Layer("packed", _bend_packed, _to_parts, 1),
        Layer("parts", _change_parts, _to_compact, 2),
        Layer("compact", bend, _to_text, 1),
        Layer("text", bend, _to_frames, 1),
        Layer("frames", _change_frames, lambda value, quirk, flaws: value, 2),
    )
    return Scheme("shc", stack, tuple(seeds), records, partial(_genuine, records=records), _check)


def _several() -> dict[str, Any]:
    """Two doses against COVID-19 and one against influenza, a negative test, and antibodies."""
    influenza = {"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "150"}]}
    antibodies = {"coding": [{"system": "http://loinc.org", "code": "94563-4"}]}
    found = {"coding": [{"system": "http://snomed.info/sct", "code": "260373001"}]}
    about = {"subject": {"reference": "resource:0"}}
    made = (
        vaccinated(occurrenceDateTime="2021-04-20"),
        vaccinated(),
        vaccinated(occurrenceDateTime="2021-06-20", vaccineCode=influenza),
        laboratory(**about),
        laboratory(code=antibodies, valueCodeableConcept=found, **about),
    )
    return bundle(patient(), *(each["entry"][1]["resource"] for each in made))


def _state(claims: Any) -> dict[str, Any]:
    return {
        "claims": claims,
        "header": {"zip": "DEF", "alg": "ES256", "kid": shc.kid_of(p256().public_key())},
        "key": "p256",
    }


def _content(text: bytes) -> Any:
    try:
        return json.loads(inflated(unbase64(_compact(text).split(".")[1]), -15))
    except (ValueError, IndexError):
        return None


def _change_claims(value: dict[str, Any], draw: random.Random, others: list[Any]) -> dict[str, Any]:
    part = draw.choices(("claims", "header", "key"), (20, 2, 1))[0]
    if part == "key":
        return value | {"key": draw.choice(sorted(KEYS))}
    return value | {part: twist(value[part], draw, names(), others if part == "claims" else [])}


def _to_content(value: dict[str, Any], quirk: random.Random | None, flaws: Flaws) -> dict[str, Any]:
    return value | {"content": writers.written_json(value["claims"], flaws, quirk)}


def _to_packed(value: dict[str, Any], quirk: random.Random | None, flaws: Flaws) -> dict[str, Any]:
    deflate = zlib.compressobj(9 if quirk is None else quirk.choice((0, 1, 9)), zlib.DEFLATED, -15)
    return value | {"packed": deflate.compress(value["content"]) + deflate.flush()}


def _bend_packed(value: dict[str, Any], draw: random.Random) -> dict[str, Any]:
    return value | {"packed": bend(value["packed"], draw)}


def _to_parts(value: dict[str, Any], quirk: random.Random | None, flaws: Flaws) -> list[bytes]:
    header = writers.written_json(value["header"], set(), quirk)
    signed = shc._b64(header) + "." + shc._b64(value["packed"])  # pyright: ignore[reportPrivateUsage]
    return [header, value["packed"], signature(KEYS[value["key"]], signed.encode())]


def _change_parts(value: list[bytes], draw: random.Random) -> list[bytes]:
    out = list(value)
    place = draw.randrange(len(out))
    kind = draw.randrange(4)
    if kind == 0 and len(out) > 1:
        del out[place]
    elif kind == 1:
        out.insert(place, draw.choice((b"", b"{}", out[place])))
    else:
        out[place] = bend(out[place], draw)
    return out


def _to_compact(value: list[bytes], quirk: random.Random | None, flaws: Flaws) -> bytes:
    return ".".join(shc._b64(part) for part in value).encode()  # pyright: ignore[reportPrivateUsage]


def _to_text(value: bytes, quirk: random.Random | None, flaws: Flaws) -> bytes:
    return b"shc:/" + "".join(f"{(each - 45) % 100:02}" for each in value).encode()


def _to_frames(value: bytes, quirk: random.Random | None, flaws: Flaws) -> list[bytes]:
    if quirk is None or quirk.random() < 0.3:
        return [value]
    total = quirk.choice((2, 3, 5))
    size = max(2, -(-(len(value) - 5) // total) // 2 * 2 + 2)
    pieces = [value[5:][at : at + size] for at in range(0, len(value) - 5, size)]
    return [b"shc:/%d/%d/%s" % (number + 1, len(pieces), piece) for number, piece in enumerate(pieces)]


def _change_frames(value: list[bytes], draw: random.Random) -> list[bytes]:
    out = list(value)
    place = draw.randrange(len(out)) if out else 0
    kind = draw.randrange(6)
    if kind == 0 and len(out) > 1:
        del out[place]
    elif kind == 1:
        draw.shuffle(out)
    elif kind == 2 and out:
        out.insert(draw.randrange(len(out) + 1), out[place])
    elif kind == 3:
        number, total = draw.choice(
            ((0, 2), (1, 1), (2, 1), (1, 33), (1, 1000), (-1, 2), (2, 2), (1, 2), (32, 32))
        )
        out.insert(draw.randrange(len(out) + 1), b"shc:/%d/%d/5676" % (number, total))
    elif out:
        out[place] = bend(out[place], draw)
    return out or [b"shc:/"]


def _compact(text: bytes) -> str:
    letters = text.decode("ascii")
    if letters[:5].upper() != "SHC:/":
        raise ValueError("prefix")
    digits = letters[5:].removeprefix("1/1/")
    if not digits.isdigit() or len(digits) % 2:
        raise ValueError("digits")
    return "".join(chr(int(digits[at : at + 2]) + 45) for at in range(0, len(digits), 2))


def _genuine(frames: tuple[bytes, ...], records: list[dict[str, Any]]) -> Any:
    compact = _compact(_joined(frames))
    parts = compact.split(".")
    if len(parts) != 3:
        raise ValueError("parts")
    header = json.loads(unbase64(parts[0]))
    content = json.loads(inflated(unbase64(parts[1]), -15))
    message, given = compact.rpartition(".")[0].encode(), unbase64(parts[2])
    kid = unbase64(header["kid"])
    for record in records:
        if (
            record["kid"] == kid
            and record["issuer"] == content.get("iss")
            and verifies(record, message, given)
        ):
            return content
    raise ValueError("nobody signed it")


def _joined(frames: tuple[bytes, ...]) -> bytes:
    """The card that the last frame completed."""
    last = frames[-1].split(b"/")
    if len(last) != 4 or int(last[2]) == 1:
        return frames[-1]
    found: dict[int, bytes] = {}
    for frame in frames:
        parts = frame.split(b"/")
        if len(parts) != 4 or parts[0].lower() != b"shc:" or not parts[1].isdigit():
            continue
        if parts[2].isdigit() and int(parts[2]) == int(last[2]):
            found[int(parts[1])] = parts[3]
    return b"shc:/" + b"".join(found[number + 1] for number in range(int(last[2])) if number + 1 in found)


def _check(content: Any, now: int) -> None:
    need(seconds(content.get("nbf"), "nbf") < now + 1, "nbf")
    if content.get("exp") is not None:
        need(now <= seconds(content["exp"], "exp"), "exp")
    credential = content.get("vc")
    need(isinstance(credential, dict), "vc")
    need(shc.TYPE in credential.get("type", ()), "vc.type")
    resources = [entry["resource"] for entry in credential["credentialSubject"]["fhirBundle"]["entry"]]
    patients = [each for each in resources if each.get("resourceType") == "Patient"]
    need(len(patients) == 1, "patient")
    name = patients[0].get("name")
    need(isinstance(name, list) and name and isinstance(name[0], dict), "name")
    given = name[0].get("given")
    whole = [name[0].get("family"), name[0].get("text"), *(given if isinstance(given, list) else [])]
    need(any(isinstance(each, str) and each.strip() for each in whole), "name")
    need(given is None or isinstance(given, list), "given")
    birth(patients[0].get("birthDate", ""), "birthDate")
    _about_the_patient(credential["credentialSubject"]["fhirBundle"]["entry"], patients[0])
    tests = [each for each in resources if each.get("resourceType") == "Observation"]
    need(not any(_positive(each) for each in tests), "a positive test")
    days = {
        each["occurrenceDateTime"].strip()[:10]
        for each in resources
        if each.get("resourceType") == "Immunization"
        and each.get("status") == "completed"
        and _dated(each, now)
    }
    if len(days) < 2:
        need(any(_negative(each, now) for each in tests), "neither two doses nor a negative test")


def _about_the_patient(entries: list[dict[str, Any]], patient: dict[str, Any]) -> None:
    (address,) = (entry.get("fullUrl") for entry in entries if entry["resource"] is patient)
    for member, kind in (("patient", "Immunization"), ("subject", "Observation")):
        for resource in (entry["resource"] for entry in entries):
            if resource.get("resourceType") == kind and isinstance(resource.get(member), dict):
                need(resource[member].get("reference") in (None, address), member)


_NOT_FOUND = ("260415000", "260385009", "131194007", "LA11883-8", "LA6577-6")


def _dated(dose: dict[str, Any], now: int) -> bool:
    try:
        return first_day(dose.get("occurrenceDateTime"), "") <= today(now)
    except Malformed:
        return False


def _negative(test: dict[str, Any], now: int) -> bool:
    try:
        sampled = test.get("effectiveDateTime")
        # A month or a year alone may lie within the hours that the policy asks for, from its first day on.
        if isinstance(sampled, str) and len(sampled.strip()) <= len("2021-06"):
            need(first_day(sampled, "") <= today(now), "")
        else:
            need(moment(sampled, "") <= now, "")
        codes = [
            word(each.get("code"), "")
            for each in test["valueCodeableConcept"]["coding"]
            if isinstance(each, dict) and each.get("code")
        ]
        return any(each in _NOT_FOUND for each in codes)
    except (Malformed, KeyError, TypeError, AttributeError):
        return False


def _positive(test: dict[str, Any]) -> bool:
    """Of a test for the virus by its code, whatever else is said of it."""
    try:
        looked_for = [each.get("code") for each in test["code"]["coding"]]
        found = [each.get("code") for each in test["valueCodeableConcept"]["coding"]]
    except (KeyError, TypeError, AttributeError):
        return False
    return any(each in ("94558-4", "94500-6") for each in looked_for) and any(
        each in ("260373001", "10828004") for each in found
    )
