"""HC1: certificates of the EU's form and of WHO's, in COSE_Sign1 and CWT."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from harness import samples_dcc, samples_israel, samples_who
from harness.certificates import NOW, YEAR, negative_test, p256, p384, record, recovery, vaccination

from fuzz import readers
from fuzz.pieces import bend
from fuzz.schemes import envelopes
from fuzz.schemes.envelopes import from_text, inflated, opened, state, text_of
from fuzz.schemes.layers import Layer, Scheme, Seed
from fuzz.schemes.sound import (
    bare,
    birth,
    count,
    first_day,
    last_day,
    moment,
    need,
    seconds,
    today,
    word,
)

_CASES = 60  # of the EU's, one of so many:
_EVERY = 3
KEYS = {"p256": p256(), "p384": p384(), "p256-of-nobody": p256(9)}
RECORDS = [record(p256()), record(p384()), record(p256(3), usage=1)]
STAMPED = {
    "n": "Aïcha Example",
    "dob": "1984-07-19",
    "s": "female",
    "ntl": "UTO",
    "nid": "X1234567",
    "v": {
        "dn": 1,
        "tg": "1D47",
        "vp": "YellowFeverProductd2c75a15ed309658b3968519ddb31690",
        "dt": "2021-05-01",
        "bo": "B1",
        "vls": "2021-05-11",
        "is": "Utopia",
    },
}
NEWEST = {
    "n": "Aïcha Example",
    "dob": "1984-07-19",
    "nt": "UTO",
    "id": "X1234567",
    "v": "1.0",
    "vx": {
        "vp": "YellowFeverProductd2c75a15ed309658b3968519ddb31690",
        "tg": "1D47",
        "dv": "2021-05-01",
        "bo": "B1",
    },
}
DDCC = {
    "name": "Aïcha Example",
    "birthDate": "1984-07-19",
    "disease": {"code": "840539006"},
    "brand": {"code": "EU/1/20/1528"},
    "date": "2021-05-01",
    "dose": 2,
    "total_doses": 2,
    "country": "UTO",
    "lot": "B1",
    "hcid": "H1",
    "centre": "Harbour",
}


def scheme(corpora: Path | None) -> Scheme:
    records = list(RECORDS)
    seeds = [
        Seed(name, "claims", state({1: "DE", 4: NOW + YEAR, 6: NOW - 9, -260: {label: body}}, KEYS, key), NOW)
        for name, label, body, key in (
            ("a vaccination", 1, vaccination(), "p256"),
            ("a test", 1, negative_test(), "p256"),
            ("a recovery", 1, recovery(), "p384"),
            ("a yellow card", -6, STAMPED, "p256"),
            ("a yellow card of 2026", -6, NEWEST, "p256"),
            ("a DDCC vaccination", 3, DDCC, "p256"),
            (
                "a DDCC test",
                4,
                {
                    "name": "A",
                    "birthDate": "1984",
                    "test": {
                        "pathogen": "840539006",
                        "type": "LP6464-4",
                        "sample_date": "2021-06-30T10:00:00Z",
                        "result": "260415000",
                    },
                },
                "p256",
            ),
            ("a link", 5, [{"u": "shlink:/eyJ1cmwiOiJodHRwczovL3guZXhhbXBsZS8ifQ"}], "p256"),
            (
                "a domestic pass",
                1,
                {
                    "ver": "1.3.0",
                    "nam": {"fn": "A"},
                    "dob": "1984-07-19",
                    "d": [
                        {"ci": "X", "co": "GB", "df": "2021-06-01T00:00:00Z", "du": "2031-06-01T00:00:00Z"}
                    ],
                },
                "p256",
            ),
        )
    ]
    seeds.append(
        Seed("a DDCC of old", "claims", state(DDCC | {4: NOW + YEAR, 6: NOW - 9}, KEYS, "p256"), NOW)
    )
    wrapped = seeds[0].value | {"tags": [18, 61]}
    seeds.append(Seed("a vaccination in the tag of a CWT", "claims", wrapped, NOW))
    for sample in _samples(corpora):
        if sample.frames[0][:4].upper() != b"HC1:":
            continue
        try:
            signed = inflated(from_text(sample.frames[0], "HC1:"))
            claims = readers.cbor(bare(readers.cbor(signed))[2])
        except (ValueError, TypeError, IndexError):
            seeds.append(Seed(sample.name, "text", sample.frames[0], sample.now))
            continue
        records += [each for each in sample.keys if each not in records]
        seeds.append(Seed(sample.name, "signed", signed, sample.now))
        if isinstance(claims, dict):
            seeds.append(
                Seed(sample.name + ", signed by us", "claims", state(claims, KEYS, "p256"), sample.now)
            )
    others = [seed.value["claims"] for seed in seeds if seed.layer == "claims"]
    stack = (
        *envelopes.layers(KEYS, others),
        Layer("packed", bend, lambda value, quirk, flaws: text_of("HC1:", value)),
        Layer("text", bend, lambda value, quirk, flaws: [value]),
    )
    genuine = partial(_genuine, records=records)
    return Scheme("hc1", stack, tuple(seeds), records, genuine, _check)


def _samples(corpora: Path | None) -> list[Any]:
    if corpora is None:
        return []
    union = list(samples_dcc.samples(corpora))[::_EVERY][:_CASES]
    others = [*samples_who.samples(corpora), *samples_israel.samples(corpora)]
    used = [each for each in others if each.frames[0][:4].upper() == b"HC1:"]
    kids = {_kid(each.frames[0]) for each in used}
    # WHO's lists hold thousands of keys; those of the samples suffice.
    return union + [_with_keys(each, kids) for each in used]


def _kid(text: bytes) -> bytes | None:
    try:
        envelope = bare(readers.cbor(inflated(from_text(text, "HC1:"))))
        return readers.cbor(envelope[0]).get(4, envelope[1].get(4))
    except (ValueError, TypeError, IndexError):
        return None


def _with_keys(sample: Any, kids: set[bytes | None]) -> Any:
    return replace(sample, keys=[key for key in sample.keys if key["kid"] in kids])


def _genuine(frames: tuple[bytes, ...], records: list[dict[str, Any]]) -> Any:
    return opened(
        inflated(from_text(frames[-1], "HC1:")), [each for each in records if each["scheme"] == "HC1"]
    )[0]


def _check(claims: Any, now: int) -> None:
    need(isinstance(claims, dict), "claims")
    inside = bare(claims.get(-260))
    union = isinstance(inside, dict) and 1 in inside
    if union or 4 in claims:
        need(now <= seconds(claims.get(4), "exp"), "exp")
    for label in (5, 6):
        if bare(claims.get(label)) is not None:
            need(seconds(claims[label], "iat or nbf") <= now + 1, "iat or nbf")
    if union:
        need(bare(claims.get(1)) is None or isinstance(bare(claims[1]), str), "iss")
        _check_union(bare(inside[1]), now)
    else:
        _check_who(claims if inside is None else inside, now, inside is None)


def _check_union(body: Any, now: int) -> None:
    need(isinstance(body, dict), "payload")
    name = bare(body.get("nam"))
    need(isinstance(name, dict), "nam")
    for member in ("fn", "fnt", "gn", "gnt"):
        need(bare(name.get(member)) is None or isinstance(bare(name[member]), str), member)
    need(any(isinstance(bare(each), str) and bare(each).strip() for each in name.values()), "nam")
    birth(body.get("dob"), "dob")
    rows = [(kind, row) for kind in "vtr" for row in bare(body.get(kind)) or []]
    need(len(rows) == 1, "entries")
    kind, row = rows[0][0], bare(rows[0][1])
    need(isinstance(row, dict), "entry")
    word(row.get("tg"), "tg")
    # By these it is withdrawn.
    word(row.get("ci"), "ci")
    need(bare(row.get("co")) is None or isinstance(bare(row["co"]), str), "co")
    if kind == "v":
        word(row.get("mp"), "mp")
        count(row.get("dn"), "dn")
        # Who asks for more than one dose need not know how many there are.
        need(bare(row.get("sd")) is None or count(row["sd"], "sd"), "sd")
        need(last_day(row.get("dt"), "dt") <= today(now), "dt")
    elif kind == "t":
        need(moment(row.get("sc"), "sc") <= now, "sc")
        need(word(row.get("tr"), "tr") == "260415000", "tr")
        kind_of_test = bare(row.get("tt"))
        # A whole number may be written as a fraction, as in JSON.
        whole = isinstance(kind_of_test, float) and kind_of_test.is_integer()
        need(kind_of_test is None or isinstance(kind_of_test, (str, int)) or whole, "tt")
    else:
        need(first_day(row.get("df"), "df") <= today(now), "df")
        need(last_day(row.get("du"), "du") >= today(now), "du")


def _check_who(inside: Any, now: int, at_top: bool) -> None:
    need(isinstance(inside, dict), "-260")
    found = [label for label in (-6, 3, 4) if label in inside and not at_top]
    label = found[0] if found else None
    body = inside if label is None else bare(inside[label])
    if isinstance(body, list):
        body = bare(body[0])
    need(isinstance(body, dict), "body")
    word(body.get("n") or body.get("name"), "name")
    birth(body.get("dob", body.get("birthDate", "")), "birth")
    if label == -6:
        # `v` beside `vx` is a version, or the same dose.
        both = [bare(body[each]) for each in ("vx", "v") if each in body]
        rows = [bare(each[0]) if isinstance(each, list) else each for each in both]
        need(not (rows and "vx" in body) or isinstance(rows[0], dict), "vx")
        rows = [each for each in rows if isinstance(each, dict)]
        need(rows, "v")
        once(rows, "dv", "dt")
        for member in ("vp", "bo", "tg"):
            once(rows, member)
        once([body], "nid", "id")
        row = rows[0] if len(rows) == 1 else rows[1] | rows[0]
        need(not stated(row.get("tg")) or word(row["tg"], "tg"), "tg")
        need(last_day(row.get("dv") if stated(row.get("dv")) else row.get("dt"), "dt") <= today(now), "dt")
        # A code, or a number.
        need(bare(row.get("dn")) is None or isinstance(bare(row["dn"]), str) or count(row["dn"], "dn"), "dn")
        return
    # The same member at the top and within the test says the same.
    test = bare(body["test"]) if stated(body.get("test")) else {}
    test = bare(test[0]) if isinstance(test, list) else test
    need(isinstance(test, dict), "test")
    for member in ("hcid", "result", "sample_date", "valid_from", "valid_until"):
        once([body, test], member)
    once([body, test], "disease", "pathogen")
    merged = body | {name: value for name, value in test.items() if stated(value)}
    # How long the certificate is good, as it says itself.
    for member, holds in (
        ("valid_from", lambda value: first_day(value, "valid_from") <= today(now)),
        ("valid_until", lambda value: last_day(value, "valid_until") >= today(now)),
    ):
        need(not stated(merged.get(member)) or holds(bare(merged[member])), member)
    if label == 4 or test or stated(merged.get("result")):
        need(moment(bare(merged.get("sample_date")), "sample_date") <= now, "sample_date")
        need(
            coded(merged.get("result")) in ("260415000", "260385009", "131194007", "LA11883-8", "LA6577-6"),
            "result",
        )
    else:
        need(last_day(body.get("date"), "date") <= today(now), "date")
        need(isinstance(bare(body.get("dose")), str) or count(body.get("dose"), "dose"), "dose")


def stated(value: Any) -> bool:
    """Whether a member says anything: neither null nor blank."""
    value = bare(value)
    return value is not None and not (isinstance(value, str) and not value.strip())


def coded(value: Any) -> Any:
    """A code, which may come with its system."""
    value = bare(value)
    value = bare(value.get("code")) if isinstance(value, dict) else value
    return value.strip() if isinstance(value, str) else value


def once(rows: list[dict[str, Any]], *members: str) -> None:
    """Members that mean the same say the same."""
    values = [coded(row[member]) for row in rows for member in members if stated(row.get(member))]
    need(all(each == values[0] for each in values if stated(each)), members[0])
