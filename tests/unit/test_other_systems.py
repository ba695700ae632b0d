"""Codes that no scheme here verifies: named for what they are, never forged, never PASS; CHECK or REFUSE by policy."""

from __future__ import annotations

import base64
import io
import json
import random
import zipfile

import pytest
from harness.certificates import STAND_INS, issue, judge, vaccination

CREDENTIAL = {
    "@context": ["https://www.w3.org/2018/credentials/v1", "https://health.example/vaccination/v1"],
    "type": ["VerifiableCredential"],
    "credentialSubject": {"name": "Åsa Lindqvist"},
    "proof": {"type": "RsaSignature2018", "jws": "eyJhbGciOiJQUzI1NiJ9..c2ln"},
}


def zipped() -> bytes:
    """As DIVOC packs it: a zip file of one certificate.json."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("certificate.json", json.dumps(CREDENTIAL))
    return out.getvalue()


def token(payload: dict) -> str:
    """A compact JWS with a signature of no meaning."""
    parts = (json.dumps({"alg": "ES256K", "typ": "JWT"}).encode(), json.dumps(payload).encode(), bytes(64))
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


VENUE = {"metadata": None, "nameEn": "Harbour Hall", "type": "IMPORT", "hash": "0"}
KOREAN = {"iss": "did:infra:coov:PUB_K1_8PwG7of5B8p9Mpaw6X", "vp": {"type": ["VerifiablePresentation"]}}
SYSTEMS = [
    ("NZCP:/1/2KCEVIQEIVVWK6", "New Zealand COVID pass"),
    ("NL2:ABC", "Dutch domestic pass"),
    ("LT1:6BFY90R10RDWT 9O60GO0000W50JB", "Swiss certificate light"),
    (zipped(), "DIVOC"),
    ("B64:" + base64.b64encode(zipped()).decode(), "DIVOC"),
    (json.dumps(CREDENTIAL), "DIVOC"),
    (
        json.dumps({"@context": "https://www.w3.org/2018/credentials/v1", "type": "VerifiableCredential"}),
        "verifiable credential (JSON-LD)",
    ),
    (token(KOREAN), "COOV, Korea"),
    (json.dumps(KOREAN), "COOV, Korea"),
    ("https://coov.example/verify?session=secret", "COOV, Korea"),
    (token({"iss": "https://health.example", "sub": "x"}), "signed web token (JWT)"),
    ("HKSARG|VAC|3.00|1|TR-0000|A123****|LIN***, A***", "Hong Kong vaccination record"),
    (
        "HKEN:0" + "A1b2C3d4" + base64.b64encode(json.dumps(VENUE).encode()).decode(),
        "Hong Kong venue code",
    ),
    ("DC04FR0000011E6D1E6DL101FRL0LINDQVIST\x1dL1ASA\x1dL219071984", "French 2D-DOC"),
    (b"\xdc\x03\x02\x33" + bytes(range(40)), "ICAO visible digital seal"),
    ("HC2:6BFOXN%TS3DH0YOJ58S", "HC2, another version of HC1"),
    ("hc9:6BFOXN%TS3DH0YOJ58S", "HC9, another version of HC1"),
    ("ITH2:6BFOXN%TS3DH0YOJ58S", "ITH2, another version of ITH1"),
]
LINKS = [
    "shlink:/eyJ1cmwi",
    "vhlink:/eyJ1cmwi",
    "SHLINK:/eyJ1cmwi",
    "https://viewer.example.org#shlink:/eyJ1cmwi",
]
UNKNOWN = [
    ("https://menu.example/table/7?token=secret", "web address, menu.example"),
    ("https://coovering.example/", "web address, coovering.example"),
    ("HTTP://HEALTH.EXAMPLE", "web address, health.example"),
    ("http://" + "a" * 300, "web address, " + "a" * 40),
    ("https://\u202eevil", "web address, "),
    ("HL0:6BFOXN%TS3DH0YOJ58S", "unknown prefix HL0:"),
    ("ZZ7:6BFOXN", "unknown prefix ZZ7:"),
    ("WIFI:S:net;;", "unknown prefix WIFI:"),
    ("shc:", "unknown prefix shc:"),
    ("", "empty"),
    (" ", "text"),
    ("HC", "text"),
    ("HC1", "text"),
    ("hc1", "text"),
    ("eyJ.eyJ.%%%", "text"),
    ("{}", "text"),
    ('{"data":{}}', "text"),
    ("#{", "text"),
    ("short#{}", "text"),
    ("PK", "text"),
    ("12345", "text"),
    ('[{"hdr"}]', "text"),
    ("x" * 7000, "text"),
    ("\ufeff", "data that is no text"),
    (b"\xff\xfe", "data that is no text"),
    (b"\0" * 50, "data that is no text"),
    (b"\x89PNG\r\n\x1a\n", "data that is no text"),
]


@pytest.mark.parametrize("text, name", SYSTEMS, ids=[f"{n} {row[1]}" for n, row in enumerate(SYSTEMS)])
def test_a_known_system_is_named(mp, text, name):
    verdict = judge(mp, text)
    assert (verdict["verdict"], verdict["code"], verdict["detail"]) == (1, "unsupported_system", name)
    refused = judge(mp, text, policy={"unverifiable": "refuse"})
    assert (refused["verdict"], refused["code"], refused["detail"]) == (2, "system_refused", name)


@pytest.mark.parametrize("text", LINKS)
def test_a_link_needs_the_network(mp, text):
    verdict = judge(mp, text)
    assert (verdict["verdict"], verdict["code"], verdict["detail"]) == (1, "needs_network", "health link")
    refused = judge(mp, text, policy={"unverifiable": "refuse"})
    assert (refused["verdict"], refused["code"], refused["claims"]) == (2, "link_refused", None)


def test_so_does_a_link_that_an_issuer_has_signed(mp):
    text = issue("vhlink:/eyJ1", sub_claim=5)
    verdict = judge(mp, text)
    assert (verdict["verdict"], verdict["code"]) == (1, "needs_network")
    assert verdict["claims"]["issuer"] == "DE"
    refused = judge(mp, text, policy={"unverifiable": "refuse"})
    assert (refused["verdict"], refused["code"]) == (2, "link_refused")
    forged = issue("vhlink:/eyJ1", sub_claim=5, signature=lambda s: s[::-1])
    assert judge(mp, forged)["code"] == "bad_signature"


@pytest.mark.parametrize("text, detail", UNKNOWN, ids=range(len(UNKNOWN)))
def test_anything_else_is_no_certificate_or_unknown_by_policy(mp, text, detail):
    verdict = judge(mp, text)
    assert (verdict["verdict"], verdict["code"], verdict["detail"]) == (2, "not_a_certificate", detail)
    checked = judge(mp, text, policy={"unknown_codes": "check"})
    assert (checked["verdict"], checked["code"], checked["claims"]) == (1, "unknown_code", None)


def test_one_setting_does_not_touch_the_other_nor_what_is_verified(mp):
    strict = {"unverifiable": "refuse", "unknown_codes": "refuse"}
    lenient = {"unverifiable": "check", "unknown_codes": "check"}
    assert judge(mp, "NL2:ABC", policy={"unknown_codes": "refuse"})["code"] == "unsupported_system"
    assert judge(mp, "ZZ7:ABC", policy={"unverifiable": "check"})["code"] == "not_a_certificate"
    for policy in (strict, lenient):
        assert judge(mp, issue(vaccination()), policy=policy)["code"] == "ok"
        forged = issue(vaccination(), signature=lambda s: s[::-1])
        assert judge(mp, forged, policy=policy)["code"] == "bad_signature"


def test_whatever_stands_behind_a_beginning_is_named_or_refused(mp):
    """No text of the known beginnings, cut and bent, raises or passes."""
    source = random.Random(7)
    starts = [text if isinstance(text, bytes) else text.encode() for text, _ in SYSTEMS + UNKNOWN]
    starts += [text.encode() for text in LINKS]
    texts = []
    for _ in range(1500):
        start = bytearray(source.choice(starts)[: source.randrange(80)])
        for _ in range(source.randrange(3)):
            if start:
                start[source.randrange(len(start))] = source.randrange(256)
        texts.append(bytes(start) + source.randbytes(source.choice((0, 1, 40))))
    found = mp.run(
        STAND_INS
        + "verdicts = [judge(text, Trust([]), Clock(now)) for text in texts]\n"
        + "result = [(each.verdict, each.code, each.detail) for each in verdicts]",
        "bent",
        texts=texts,
        now=1_625_140_800,
    )
    for text, (verdict, code, detail) in zip(texts, found, strict=True):
        assert verdict != 0 and code != "internal_fault", text
        assert len(detail) <= 80 and detail.isprintable(), text


SHOWN = (
    STAND_INS
    + """
from scanner.ui.view import from_verdict

def shown(text, policy):
    view = from_verdict(judge(text, Trust([]), Clock(now), Policy(rules=ANY.rules, **policy)))
    return view.word, view.sentence
"""
)


def test_the_screen_names_what_it_is(mp):
    def shown(text: str, **policy: str):
        return tuple(
            mp.run(
                SHOWN + "result = shown(text, policy)", "shown", text=text, policy=policy, now=1_625_140_800
            )
        )

    assert shown(token(KOREAN)) == ("CHECK", "COOV, Korea: a known system that this scanner cannot verify.")
    assert shown("shlink:/e30") == ("CHECK", "Health link: the content is online, and this scanner is not.")
    assert shown("https://menu.example/7") == (
        "REFUSE",
        "Web address, menu.example: this code is not a certificate.",
    )
    assert shown("ZZ7:A", unknown_codes="check") == (
        "CHECK",
        "Unknown prefix ZZ7:: this scanner does not know this kind of code.",
    )


IN_ONE_FRAME = (
    STAND_INS
    + """
from scanner.credentials.shc_parts import Parts
from scanner.look import choose

class Symbol:
    structured_append = None
    def __init__(self, payload):
        self.payload = payload

def frame(texts, keys, policy):
    policy = Policy(rules=ANY.rules, **policy)
    return choose([Symbol(text) for text in texts], Trust(keys), Clock(now), policy, Parts())[0].code
"""
)


@pytest.mark.parametrize("setting", ["check", "refuse"])
def test_an_unknown_code_beside_a_certificate_is_ignored(mp, setting):
    from harness.certificates import NOW, p256, record

    texts = [b"https://menu.example/7", issue(vaccination()).encode(), b"ZZ7:A"]
    code = mp.run(
        IN_ONE_FRAME + "result = frame(texts, keys, policy)",
        "one frame",
        texts=texts,
        keys=[record(p256())],
        policy={"unknown_codes": setting},
        now=NOW,
    )
    assert code == "ok"
