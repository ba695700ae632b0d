"""SMART Health Cards: whatever is not as the framework has it is refused for its own reason, by an own trusted key."""

from __future__ import annotations

import hashlib
import json
import zlib
from typing import Any

import pytest
from gatepost.issue import shc
from harness.cards import ISSUER, bundle, card, card_record, laboratory, patient, unbase64, vaccinated
from harness.certificates import NOW, YEAR, issue, p256, record, vaccination
from harness.certificates import judge as judge_text


def judge(mp, text: str | bytes, keys: list[dict[str, Any]] | None = None, **options: Any) -> dict[str, Any]:
    return judge_text(mp, text, [card_record()] if keys is None else keys, **options)


def code(mp, text: str | bytes, keys: list[dict[str, Any]] | None = None, **options: Any) -> str:
    return judge(mp, text, keys, **options)["code"]


def test_a_genuine_vaccination_card(mp):
    verdict = judge(mp, card(rid="abcDEF_-123"))
    assert (verdict["verdict"], verdict["code"]) == (1, "no_rules_for_kind")
    claims = verdict["claims"]
    assert (claims["scheme"], claims["form"], claims["kind"]) == ("SHC", "SMART Health Card", "vaccination")
    assert (claims["family"], claims["given"], claims["birth"]) == ("Müller", "Zoë B.", "1980-02-29")
    assert claims["issuer_name"] == "Examplia"
    facts = claims["facts"]
    assert (facts["product"], facts["vaccine"], facts["target"]) == ("EU/1/20/1528", "CVX 208", "840539006")
    assert (facts["dose"], facts["date"]) == (1, "2021-06-01")
    assert (claims["not_before"], claims["expires"]) == (NOW - 86400, None)
    assert claims["warnings"] == ["no_rules_for_kind", "no_expiry"]


def test_an_issuer_without_a_name_is_shown_by_its_host(mp):
    assert judge(mp, card(), [card_record(name="")])["claims"]["issuer_name"] == "health.example"


def test_revocation_identifiers(mp):
    content = vaccinated()
    claims = judge(mp, card(content, rid="abcDEF_-123"))["claims"]
    own = hashlib.sha256(b"abcDEF_-123").digest()[:16]
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    older = shc._b64(hashlib.sha256(shc._b64(canonical).encode()).digest()[:8])
    assert claims["revocation_ids"][:2] == [
        ("RID", own),
        ("RID", hashlib.sha256(older.encode()).digest()[:16]),
    ]
    assert [kind for kind, _ in claims["revocation_ids"]] == ["RID", "RID", "SIGNATURE"]
    assert code(mp, card(rid="x" * 25)) == "bad_content"
    assert code(mp, card(rid="")) == "bad_content"


@pytest.mark.parametrize(
    "snomed, result",
    [("260415000", "negative"), ("260385009", "negative"), ("260373001", "positive"), ("10828004", "positive"),
     ("1", "unclear")],
)  # fmt: skip
def test_results_of_tests(mp, snomed, result):
    value = {"coding": [{"system": "http://snomed.info/sct", "code": snomed}]}
    claims = judge(mp, card(laboratory(valueCodeableConcept=value)))["claims"]
    assert (claims["kind"], claims["facts"]["result"]) == ("test", result)
    assert claims["facts"]["sampled"] == "2021-06-30T12:00:00Z"


def test_a_result_in_words_is_unclear(mp):
    content = laboratory(valueString="Negative")
    del content["entry"][1]["resource"]["valueCodeableConcept"]
    assert judge(mp, card(content))["claims"]["facts"]["result"] == "unclear"


def test_doses_are_counted_and_the_latest_is_shown(mp):
    doses = [
        vaccinated(occurrenceDateTime=date, status=status)["entry"][1]["resource"]
        for date, status in (
            ("2021-06-20", "completed"),
            ("2021-05-01", "completed"),
            ("2021-06-25", "not-done"),
        )
    ]
    claims = judge(mp, card(bundle(patient(), *doses)))["claims"]
    assert (claims["facts"]["dose"], claims["facts"]["date"]) == (2, "2021-06-20")
    assert [each["date"] for each in claims["facts"]["series"]] == ["2021-05-01", "2021-06-20"]


def test_entries_of_two_kinds_have_no_kind(mp):
    content = bundle(patient(), vaccinated()["entry"][1]["resource"], laboratory()["entry"][1]["resource"])
    claims = judge(mp, card(content))["claims"]
    assert (claims["kind"], claims["kinds"]) == (None, ("vaccination", "test"))


def test_a_card_without_a_patient_names_no_holder(mp):
    content = bundle(vaccinated()["entry"][1]["resource"])
    verdict = judge(mp, card(content))
    assert (verdict["verdict"], verdict["code"]) == (1, "no_holder")


def test_another_vaccine_keeps_its_code(mp):
    value = {"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "37"}]}
    facts = judge(mp, card(vaccinated(vaccineCode=value)))["claims"]["facts"]
    assert facts["product"] == "CVX 37"
    assert "target" not in facts


BUNDLES = [
    ({}, "bad_claims"),
    ({"resourceType": "Bundle"}, "no_entry"),
    (bundle(), "no_entry"),
    ({"resourceType": "Bundle", "entry": [7]}, "bad_content"),
    ({"resourceType": "Bundle", "entry": [{"resource": None}]}, "bad_content"),
    (bundle(patient(), patient()), "bad_content"),
    (bundle(patient() | {"name": []}), "bad_content"),
    (bundle(patient() | {"name": [{"family": 7, "given": [3]}]}), "bad_content"),
    (bundle(patient()), "no_rules_for_kind"),
    (vaccinated(status="entered-in-error"), "no_rules_for_kind"),
    (vaccinated(occurrenceDateTime="2021-07-02"), "vaccination_in_future"),
    (vaccinated(occurrenceDateTime="soon"), "bad_content"),
    (vaccinated(occurrenceDateTime="-1"), "bad_content"),
    (vaccinated(occurrenceDateTime=20210601), "bad_content"),
    (vaccinated(occurrenceDateTime=None), "no_rules_for_kind"),
    (vaccinated(lotNumber=7), "bad_content"),
    (laboratory(effectiveDateTime=20210630), "bad_content"),
    (laboratory(effectiveDateTime="yesterday"), "bad_content"),
    (laboratory(effectiveDateTime="2021-06"), "no_rules_for_kind"),
    (bundle(patient() | {"birthDate": "unclear"}), "bad_content"),
    (bundle(patient() | {"birthDate": {}}), "bad_content"),
    (bundle(patient() | {"name": [{"family": "A", "given": ["B", 7]}]}), "bad_content"),
    (bundle(patient() | {"name": [{"family": "Müller", "given": "Zoë"}]}), "bad_content"),
    (bundle(patient() | {"name": [{"family": "Müller", "given": {}}]}), "bad_content"),
    (bundle(patient() | {"name": [{"family": "Müller"}]}), "no_rules_for_kind"),
]


@pytest.mark.parametrize("content, expected", BUNDLES, ids=range(len(BUNDLES)))
def test_bundles(mp, content, expected):
    payload = shc.card(content, ISSUER, NOW - 86400)
    assert code(mp, card(payload=payload)) == expected


@pytest.mark.parametrize(
    "changes, expected",
    [
        ({"nbf": NOW + 1}, "not_yet_valid"),
        ({"nbf": NOW + 0.5}, "no_rules_for_kind"),
        ({"nbf": NOW - 0.076}, "no_rules_for_kind"),
        ({"nbf": (NOW - 60) * 1000}, "bad_time"),
        ({"nbf": None}, "bad_claims"),
        ({"nbf": "2021-06-01"}, "bad_time"),
        ({"nbf": -1}, "bad_time"),
        ({"nbf": True}, "bad_time"),
        ({"exp": NOW}, "no_rules_for_kind"),
        ({"exp": NOW - 1}, "expired"),
        ({"exp": NOW - 0.5}, "expired"),
        ({"exp": (NOW + YEAR) * 1000}, "bad_time"),
        ({"exp": [NOW]}, "bad_time"),
        ({"iss": "http://health.example/cards"}, "bad_claims"),
        ({"iss": ISSUER + "/"}, "bad_claims"),
        ({"iss": None}, "bad_claims"),
        ({"iss": "https://other.example"}, "unknown_issuer"),
        ({"vc": None}, "bad_claims"),
        ({"vc": {"type": [shc.TYPE]}}, "bad_claims"),
        ({"vc": {"type": shc.TYPE}}, "bad_claims"),
        ({"vc": {"type": ["https://smarthealth.cards#other"]}}, "bad_claims"),
    ],
)
def test_what_the_payload_says(mp, changes, expected):
    payload = shc.card(vaccinated(), ISSUER, NOW - 86400) | changes
    assert code(mp, card(payload=payload)) == expected


@pytest.mark.parametrize(
    "header, expected",
    [
        ({"alg": None}, "bad_algorithm"),
        ({"alg": "none"}, "bad_algorithm"),
        ({"alg": "HS256"}, "bad_algorithm"),
        ({"alg": "ES384"}, "bad_algorithm"),
        ({"alg": -7}, "bad_algorithm"),
        ({"zip": None}, "bad_envelope"),
        ({"zip": "GZIP"}, "bad_envelope"),
        ({"kid": None}, "no_key_id"),
        ({"kid": ""}, "no_key_id"),
        ({"kid": "=="}, "no_key_id"),
        ({"kid": 7}, "no_key_id"),
        ({"kid": shc._b64(bytes(32))}, "unknown_issuer"),
        ({"crit": ["x"]}, "bad_envelope"),
        ({"typ": "JWT"}, "no_rules_for_kind"),
    ],
)
def test_what_the_header_says(mp, header, expected):
    assert code(mp, card(header=header)) == expected


@pytest.mark.parametrize(
    "payload, expected",
    [
        (b"", "bad_json"),
        (b"[]", "bad_json"),
        (b'"{}"', "bad_json"),
        (b"\xef\xbb\xbf{}", "bad_json"),
        (b"{}x", "bad_json"),
        (b'{"iss":"https://a","iss":"https://b"}', "bad_json"),
        (b'{"iss":"https://a\xff"}', "bad_json"),
        (b"[" * 100000, "too_large"),
        (b"[" * 10000, "bad_json"),
        (b" " * 41000, "too_large"),
    ],
)
def test_payloads_that_are_none(mp, payload, expected):
    assert code(mp, card(payload=payload)) == expected


def test_compression(mp):
    payload = json.dumps(shc.card(vaccinated(), ISSUER, NOW - 1)).encode()
    raw = zlib.compress(payload, 9)[2:-4]
    assert code(mp, card(packed=raw)) == "no_rules_for_kind"
    assert code(mp, card(packed=zlib.compress(payload))) == "bad_compression"
    assert code(mp, card(packed=raw[:-1])) == "bad_compression"
    assert code(mp, card(packed=payload)) == "bad_compression"
    assert code(mp, card(packed=raw + b"x")) == "bad_compression"
    tail = zlib.crc32(payload).to_bytes(4, "little") + len(payload).to_bytes(4, "little")
    assert code(mp, card(packed=raw + tail)) == "no_rules_for_kind"
    assert code(mp, card(packed=raw + tail[::-1])) == "bad_compression"


def test_signatures(mp):
    assert code(mp, card(signature=lambda good: good[:-1] + bytes([good[-1] ^ 1]))) == "bad_signature"
    assert code(mp, card(signature=lambda good: good[:63])) == "bad_signature"
    assert code(mp, card(signature=lambda good: b"")) == "bad_signature"
    assert code(mp, card(signature=lambda good: bytes(64))) == "bad_signature"
    other = card(key=p256(2), header={"kid": shc.kid_of(p256().public_key())})
    assert code(mp, other) == "bad_signature"


def test_the_key_belongs_to_its_issuer(mp):
    """One kid under two addresses: only the issuer's own counts, and a key of another scheme never."""
    elsewhere = card_record(issuer="https://other.example")
    assert code(mp, card(), [elsewhere]) == "unknown_issuer"
    verdict = judge(mp, card(), [elsewhere, card_record(name="Ours")])
    assert verdict["claims"]["issuer_name"] == "Ours"
    assert code(mp, card(), [card_record(scheme="HC1")]) == "unknown_issuer"
    assert code(mp, card(), [card_record(source="DEMO")]) == "unknown_issuer"
    assert code(mp, card(), [card_record(source="UAT")]) == "no_rules_for_kind"
    assert "test_issuer" in judge(mp, card(), [card_record(source="UAT")])["claims"]["warnings"]
    assert code(mp, card(), [card_record(revoked=True)]) == "key_revoked"
    assert code(mp, card(), []) == "unknown_issuer"
    # And a card's key signs no other scheme, whatever kid it has there.
    assert code(mp, issue(vaccination()), [record(p256(), scheme="SHC", issuer=ISSUER)]) == "unknown_issuer"


def test_texts(mp):
    text = card()
    assert code(mp, text.replace("shc", "SHC")) == "no_rules_for_kind"
    assert code(mp, "shc:/1/1/" + text[5:]) == "no_rules_for_kind"
    for bad in (
        "shc:/",
        text[:-1],
        text + "7",
        text + "78",
        text + "x0",
        text[:9] + "-1" + text[11:],
        "shc:/ 1",
    ):
        assert code(mp, bad) == "bad_text", bad[-20:]
    assert code(mp, "shc:/" + shc.digits("a.b")) == "bad_envelope"
    assert code(mp, "shc:/" + shc.digits("a.b.c.d")) == "bad_envelope"
    assert code(mp, "shc:/" + shc.digits("a.b.c")) == "bad_text"
    assert code(mp, "shc:/" + shc.digits("..")) == "bad_json"
    assert code(mp, "shc:/" + "4" * 17000) == "too_large"


def test_the_key_id_is_the_thumbprint(mp):
    assert len(unbase64(shc.kid_of(p256().public_key()))) == 32
