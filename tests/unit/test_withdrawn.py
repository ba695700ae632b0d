"""The judge and withdrawn certificates: every scheme's identifiers, what a list's age does, and what is shown.

The lists are real ones on flash; the trust list beside them is a stand-in.
"""

from __future__ import annotations

import base64
import hashlib
import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

import cbor2
import pytest
from asn1crypto import x509
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from gatepost.issue import israel, ith1, shc
from gatepost.issue.hc1 import key_id
from gatepost.revocation.bundle import build_revocations
from gatepost.revocation.identifiers import of_certificate
from gatepost.revocation.records import Withdrawal
from gatepost.revocation.signers import of_signers
from gatepost.revocation.sources import Options, read_sources
from harness.cards import card, card_record, unbase64, vaccinated
from harness.certificates import (
    NOW,
    STAND_INS,
    YEAR,
    holder,
    issue,
    p256,
    record,
    rsa2048,
    unpack,
    vaccination,
)
from harness.seals import authority_record, seal, signer
from unit.bundle_rig import AUTHORITY, Rig

SETUP = (
    STAND_INS
    + """
from scanner.rules.policy import Policy
from scanner.trust.reading_keys import ReadingKey

class Reading:
    def find(self, kid):
        return ReadingKey("UT", 0, 0x7FFFFFFF, bytes(range(32)))

def verdict_on(text, keys, policy, lists=True):
    trust = Trust(keys)
    trust.reading = Reading()
    if lists:
        trust.revocations = up.revocations
    verdict = judge(text, trust, Clock(now), Policy(rules=ANY.rules, **policy))
    return verdict.code, verdict.verdict, [step for step in verdict.trace if step[0].startswith("Not withdrawn")]
"""
)
READING = ith1.ReadingKey(b"READ-UT1", "UT", NOW - YEAR, NOW + YEAR, bytes(range(32)))
NUMBER = b"URN:UVCI:01:DE:X#1"
N_384 = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973
N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def short(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()[:16]


@pytest.fixture
def rig(mp) -> Rig:
    rig = Rig(mp, blocks=64)
    rig.run(SETUP, now=NOW)
    return rig


def withdraw(rig: Rig, *entries: Withdrawal, created: int = NOW - 86400) -> None:
    version = rig.run("result = up.revocations.version") + 1
    data = build_revocations(entries, AUTHORITY, version, "PROD", created)
    assert rig.push(data)[0] == {"kind": "revocation", "version": version}


def ask(rig: Rig, text: str | bytes, keys: list[dict[str, Any]], lists: bool = True, **policy: Any) -> Any:
    return rig.run(
        "result = verdict_on(text, keys, policy, lists)", text=text, keys=keys, lists=lists, policy=policy
    )


def israeli(key: Any, **changes: Any) -> tuple[bytes, dict[str, Any]]:
    content = israel.sample("vaccination", key, datetime.fromtimestamp(NOW, UTC)) | changes
    return israel.issue_israel(content, key), content


def sealed() -> str:
    body = ith1.sample("test", datetime.fromtimestamp(NOW, UTC))
    return ith1.issue_ith1(
        body, p256(31), key_id(p256(31).public_key()), READING, issued=NOW - 60, expires=NOW + YEAR
    )


@cache
def cases() -> dict[str, Any]:
    """By name: (text, keys, identifier that withdraws it, one that does not)."""
    hc1 = issue(vaccination(ci="URN:UVCI:01:DE:X#1", co="DE"), issuer="XX")
    entry = {
        "ci": "URN:UVCI:01:GB:1#A",
        "co": "GB",
        "df": "2021-06-30T10:00:00Z",
        "du": "2021-07-02T10:00:00Z",
    }
    pass_ = issue(holder() | {"d": [entry]})
    half = cbor2.loads(unpack(hc1)).value[3][:32]
    rsa = issue(vaccination(), rsa2048())
    keys = [record(p256())]
    kid = unbase64(shc.kid_of(p256().public_key()))
    health = card(vaccinated(), rid="abc-123")
    plain = card(vaccinated())
    canonical = json.dumps(vaccinated(), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    older = shc._b64(hashlib.sha256(shc._b64(canonical).encode()).digest()[:8])
    barcode = signer()
    proof = seal(certificate=barcode)
    signature = unbase64(json.loads(proof)["sig"]["sigvl"])
    green, content = israeli(p256())
    travel = sealed()
    travel_key = [record(p256(31), scheme="ITH1", country="UT")]
    il = [green_record(p256())]
    cards, seals = [card_record()], [authority_record()]
    fingerprint = short(barcode.tbs_certificate_bytes)
    return {
        "England's pass": (pass_, keys, Withdrawal("HC1", "UCI", short(b"URN:UVCI:01:GB:1#A")),
                           Withdrawal("HC1", "UCI", short(b"URN:UVCI:01:GB:2#A"))),
        "HC1 UCI": (hc1, keys, Withdrawal("HC1", "UCI", short(b"URN:UVCI:01:DE:X#1")),
         Withdrawal("VDS-NC", "UCI", short(b"URN:UVCI:01:DE:X#1"))),
        "HC1 country of entry": (hc1, keys, Withdrawal("HC1", "COUNTRYCODEUCI", short(b"DEURN:UVCI:01:DE:X#1")),
         Withdrawal("HC1", "COUNTRYCODEUCI", short(b"FRURN:UVCI:01:DE:X#1"))),
        "HC1 country of envelope": (hc1, keys, Withdrawal("HC1", "COUNTRYCODEUCI", short(b"XXURN:UVCI:01:DE:X#1")),
         Withdrawal("HC1", "UCI", short(b"XXURN:UVCI:01:DE:X#1"))),
        "HC1 signature": (hc1, keys, Withdrawal("HC1", "SIGNATURE", short(half)),
         Withdrawal("HC1", "SIGNATURE", short(cbor2.loads(unpack(hc1)).value[3]))),
        "HC1 RSA signature": (rsa, [record(rsa2048())],
         Withdrawal("HC1", "SIGNATURE", short(cbor2.loads(unpack(rsa)).value[3])),
         Withdrawal("HC1", "SIGNATURE", bytes(16))),
        "SHC rid": (health, cards, Withdrawal("SHC", "RID", short(b"abc-123"), kid),
         Withdrawal("SHC", "RID", short(b"abc-123"), bytes(32))),
        "SHC rid before": (health, cards, Withdrawal("SHC", "RID", short(b"abc-123"), kid, NOW),
         Withdrawal("SHC", "RID", short(b"abc-123"), kid, NOW - YEAR)),
        "SHC older identifier": (plain, cards, Withdrawal("SHC", "RID", short(older.encode()), kid),
         Withdrawal("SHC", "RID", short(older.encode()), b"other")),
        "VDS-NC number": (proof, seals, Withdrawal("VDS-NC", "UCI", short(b"UT0000000041")),
         Withdrawal("HC1", "UCI", short(b"UT0000000041"))),
        "VDS-NC signature": (proof, seals, Withdrawal("VDS-NC", "SIGNATURE", short(signature[:32])),
         Withdrawal("VDS-NC", "SIGNATURE", short(signature))),
        "VDS-NC signer": (proof, seals, Withdrawal("VDS-NC", "CERTIFICATE", fingerprint),
         Withdrawal("VDS-NC", "CERTIFICATE", bytes(16))),
        "IL number": (green, il, Withdrawal("IL", "UCI", short(content["id"].encode())),
         Withdrawal("IL", "BATCH", short(content["id"].encode()))),
        "IL batch": (green, il, Withdrawal("IL", "BATCH", short(content["cn"].encode())),
         Withdrawal("IL", "BATCH", short(b"24032022"))),
        "ITH1 number": (travel, travel_key, Withdrawal("ITH1", "NUMBER", short(b"ITHC-20210701-000001")),
         Withdrawal("ITH1", "NUMBER", short(b"ITHC-20210701-000002"))),
    }  # fmt: skip


def green_record(key: Any) -> dict[str, Any]:
    numbers = key.public_key().public_numbers()
    return record(key, scheme="IL", kid=b"IL/P-256", country="IL", x=numbers.x.to_bytes(32, "big"))


NAMES = (
    "England's pass",
    "HC1 UCI", "HC1 country of entry", "HC1 country of envelope", "HC1 signature", "HC1 RSA signature", "SHC rid",
    "SHC rid before", "SHC older identifier", "VDS-NC number", "VDS-NC signature", "VDS-NC signer", "IL number",
    "IL batch", "ITH1 number",
)  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_withdrawn_certificate_is_refused(rig, name):
    assert set(NAMES) == set(cases())
    text, keys, here, elsewhere = cases()[name]
    before = ask(rig, text, keys)
    assert before[1] < 2
    withdraw(rig, elsewhere)
    assert ask(rig, text, keys)[:2] == before[:2]
    withdraw(rig, here, elsewhere)
    code, verdict, steps = ask(rig, text, keys)
    assert (code, verdict) == ("certificate_revoked", 2)
    assert steps == [("Not withdrawn by its issuer", 0, "")]


@pytest.mark.parametrize("name", NAMES)
def test_each_withdrawal_that_is_made_of_its_text_refuses_it(rig, name):
    text, keys, *_ = cases()[name]
    made = of_certificate(text if isinstance(text, str) else text.decode(), [READING])
    assert made[-1].kind == "SIGNATURE"
    assert len(made) > 1 or name == "SHC older identifier"
    for entry in made:
        withdraw(rig, entry)
        assert ask(rig, text, keys)[0] == "certificate_revoked"


def test_another_form_of_the_same_signature_does_not_escape(rig):
    """An ECDSA signature (r, s) is as good as (r, n - s), which anybody can make of it."""
    key = p256()
    text, _ = israeli(key, id="")
    signature, content = text.split(b"#", 1)
    r, s = decode_dss_signature(base64.b64decode(signature))
    twin = base64.b64encode(encode_dss_signature(r, N - s)) + b"#" + content
    keys = [green_record(key)]
    assert ask(rig, text, keys)[0] == ask(rig, twin, keys)[0] == "no_rules_for_kind"
    withdraw(rig, Withdrawal("IL", "SIGNATURE", short(r.to_bytes(32, "big"))))
    assert ask(rig, text, keys)[0] == ask(rig, twin, keys)[0] == "certificate_revoked"


@pytest.mark.parametrize(
    "entry, issuer, listed",
    [
        ({"co": "DE"}, "XX", b"DE" + NUMBER),
        ({"co": "DE "}, "XX", b"DE" + NUMBER),
        ({"co": "DE "}, "XX", b"DE " + NUMBER),
        ({"co": "de"}, "XX", b"DE" + NUMBER),
        ({"co": "FR"}, " de", b"DE" + NUMBER),
        # Where neither names a country, the signing key's list does.
        ({"co": None}, None, b"DE" + NUMBER),
        ({"co": ""}, "XX", b"DE" + NUMBER),
        ({"ci": NUMBER.decode() + " "}, "DE", b"DE" + NUMBER),
        ({"ci": NUMBER.decode() + " "}, "DE", b"DE" + NUMBER + b" "),
    ],
)
def test_a_number_behind_its_country_is_found_however_the_issuer_wrote_them(rig, entry, issuer, listed):
    text = issue(vaccination(**{"ci": NUMBER.decode()} | entry), issuer=issuer)
    keys = [record(p256())]
    withdraw(rig, Withdrawal("HC1", "COUNTRYCODEUCI", short(b"SE" + NUMBER)))
    assert ask(rig, text, keys)[0] == "ok"
    withdraw(rig, Withdrawal("HC1", "COUNTRYCODEUCI", short(listed)))
    assert ask(rig, text, keys)[0] == "certificate_revoked"


@pytest.mark.parametrize("number", ["URN:UVCI:01:DE:X#1 ", " URN:UVCI:01:DE:X#1", "URN:UVCI:01:DE:X#1\n"])
def test_a_number_with_stray_spaces_is_withdrawn_by_a_line_and_by_its_own_hash(rig, tmp_path, number):
    text, keys = issue(vaccination(ci=number)), [record(p256())]
    (tmp_path / "numbers.txt").write_text("URN:UVCI:01:DE:X#1\n")
    lines, _ = read_sources([tmp_path / "numbers.txt"], Options())
    for entries in (lines, [Withdrawal("HC1", "UCI", short(number.encode()))]):
        withdraw(rig)
        assert ask(rig, text, keys)[0] == "ok"
        withdraw(rig, *entries)
        assert ask(rig, text, keys)[0] == "certificate_revoked"


@pytest.mark.parametrize("which", ["P-256", "P-384"])
def test_nor_does_another_form_of_the_signature_on_the_signer(rig, which):
    """Nothing in a seal covers the signature of the certificate that comes with it."""
    certificate = signer(None, which)
    tree = x509.Certificate.load(certificate.public_bytes(Encoding.DER))
    r, s = decode_dss_signature(certificate.signature)
    tree["signature_value"] = encode_dss_signature(r, (N if which == "P-256" else N_384) - s)
    twin = tree.dump(force=True)
    assert twin != certificate.public_bytes(Encoding.DER)
    texts, keys = [seal(certificate=each) for each in (certificate, twin)], [authority_record(which)]
    assert [ask(rig, text, keys)[0] for text in texts] == ["no_rules_for_kind"] * 2
    for source in (certificate.public_bytes(Encoding.PEM), twin, texts[1].encode()):
        assert of_signers(source, "x") == of_signers(texts[0].encode(), "x")
    withdraw(rig, *of_signers(twin, "x"))
    assert [ask(rig, text, keys)[0] for text in texts] == ["certificate_revoked"] * 2


def test_a_list_that_knows_nothing_of_it_lets_it_pass(rig):
    withdraw(rig, Withdrawal("HC1", "UCI", bytes(16)))
    keys = [record(p256())]
    assert ask(rig, issue(vaccination()), keys) == (
        "ok",
        0,
        [("Not withdrawn by its issuer", 1, "list 1 day old")],
    )


@pytest.mark.parametrize(
    "days, limit, expected, seen",
    [
        (0, 0, "ok", "list of today"),
        (900, 0, "ok", "list 900 days old"),
        (6, 7, "ok", "list 6 days old"),
        (7, 7, "revocation_list_stale", "list 7 days old"),
        (-3, 7, "ok", "list of today"),
    ],
)
def test_how_old_a_list_may_be_is_for_the_policy(rig, days, limit, expected, seen):
    withdraw(rig, created=NOW - days * 86400 - 60)
    code, _, steps = ask(rig, issue(vaccination()), [record(p256())], revocation_limit=limit)
    assert (code, steps[0][2]) == (expected, seen)


def test_without_a_list(rig):
    text, keys = issue(vaccination()), [record(p256())]
    for lists in (True, False):
        assert ask(rig, text, keys, lists) == (
            "ok",
            0,
            [("Not withdrawn by its issuer", 2, "no list is loaded")],
        )
        code, verdict, steps = ask(rig, text, keys, lists, revocation_limit=7)
        assert (code, verdict, steps[0][1]) == ("no_revocation_list", 1, 0)


def test_a_damaged_list_is_never_pass_whatever_the_policy(rig):
    withdraw(rig, Withdrawal("HC1", "UCI", bytes(16)))
    rig.run(
        """
up.revocations.close()
names = [name for name in files("revocation") if name not in ("manifest", "floor")]
for name in names:
    with open("/b/revocation/" + name, "rb") as file:
        data = bytearray(file.read())
    if len(data) < 20:
        data[9] ^= 1  # the one shard: a bucket's check
        put("revocation/" + name, data)
up.revocations = revocations_of("/b")
""".replace("revocations_of", "__import__('scanner.trust.revocations').trust.revocations.open_revocations")
    )
    code, verdict, _ = ask(rig, issue(vaccination()), [record(p256())])
    assert (code, verdict) == ("revocation_list_damaged", 1)


def test_what_is_wrong_with_it_beside_comes_first_or_last(rig):
    """An expired certificate is expired; a withdrawn one outweighs whatever else only a person could decide."""
    withdraw(rig, Withdrawal("HC1", "UCI", short(b"URN:UVCI:01DE/TEST#1")))
    keys = [record(p256())]
    assert ask(rig, issue(vaccination(), expires=NOW - 1), keys)[0] == "expired"
    assert ask(rig, issue(vaccination(), expires=None), keys)[0] == "certificate_revoked"
