"""ICAO VDS-NC: the full chain with certificates that cryptography made, and each link broken for its own reason."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from gatepost.issue import vdsnc
from harness.certificates import NOW, issue, p256, p384, record, vaccination
from harness.certificates import judge as judge_text
from harness.seals import TESTED, VACCINATED, authority_record, seal, signer

DAY = 86400
# The extension, present, with a SET of nothing.
NO_DOCUMENTS = x509.UnrecognizedExtension(vdsnc.DOCUMENT_TYPES, bytes.fromhex("30050201003100"))


def judge(mp, text: str | bytes, keys: list[dict[str, Any]] | None = None, **options: Any) -> dict[str, Any]:
    return judge_text(mp, text, [authority_record()] if keys is None else keys, **options)


def code(mp, text: str | bytes, keys: list[dict[str, Any]] | None = None, **options: Any) -> str:
    return judge(mp, text, keys, **options)["code"]


@pytest.mark.parametrize("which", ["P-256", "P-384", "RSA"])
@pytest.mark.parametrize("key", [p256(8), p384(8)], ids=["ES256", "ES384"])
def test_a_genuine_seal_below_each_kind_of_authority(mp, which, key):
    verdict = judge(mp, seal(key=key, certificate=signer(key, which)), [authority_record(which)])
    assert (verdict["verdict"], verdict["code"]) == (1, "no_rules_for_kind")
    claims = verdict["claims"]
    assert (claims["scheme"], claims["form"], claims["issuer"]) == ("VDS-NC", "ICAO VDS-NC", "UT")
    assert (claims["family"], claims["given"], claims["birth"]) == ("LINDQVIST", "AASA MARIE", "1984-07-19")
    facts = claims["facts"]
    assert (facts["document"], facts["id"]) == ("X1234567", "UT0000000041")
    assert (facts["product"], facts["vaccine"], facts["target"]) == ("EU/1/20/1528", "XM68M6", "840539006")
    assert (facts["dose"], facts["date"], facts["batch"]) == (2, "2021-05-30", "EX0042")
    assert claims["warnings"] == ["no_rules_for_kind", "no_expiry"]


def test_a_proof_of_testing(mp):
    claims = judge(mp, seal(TESTED, kind="icao.test"))["claims"]
    assert claims["kind"] == "test"
    facts = claims["facts"]
    assert (facts["result"], facts["sampled"]) == ("negative", "2021-06-30T16:00:00Z")
    assert (facts["document"], facts["id"], facts["test_type"]) == (
        "X1234567",
        "UT0000000042",
        "molecular(PCR)",
    )
    for word, result in (("Positive", "positive"), ("abnormal", "unclear"), ("", "unclear")):
        message = TESTED | {"tr": TESTED["tr"] | {"r": word}}
        assert judge(mp, seal(message, kind="icao.test"))["claims"]["facts"]["result"] == result


def test_the_screen_names_the_document(mp):
    facts = mp.run(
        "from scanner.ui.view import from_verdict\nfrom scanner.rules.verdict import Verdict\n"
        "from scanner.credentials.claims import Claims\n"
        "class Key:\n    country = 'UT'\n    name = ''\n    source = 'PROD'\n"
        "claims = Claims('VDS-NC', Key())\nclaims.facts = {'document': 'X1234567'}\n"
        "result = from_verdict(Verdict('ok', claims)).document"
    )
    assert facts == "X1234567"


def test_revocation_identifiers(mp):
    certificate = signer()
    found = judge(mp, seal(certificate=certificate))["claims"]["revocation_ids"]
    assert found[:2] == [
        ("UCI", hashlib.sha256(b"UT0000000041").digest()[:16]),
        ("CERTIFICATE", hashlib.sha256(certificate.tbs_certificate_bytes).digest()[:16]),
    ]


def test_a_message_with_both_identifiers_is_looked_up_by_both(mp):
    both = {"uvci": "UT0000000041", "utci": "UT0000000042"}
    for message, kind, own in ((VACCINATED, "icao.vacc", "uvci"), (TESTED, "icao.test", "utci")):
        claims = judge(mp, seal(message | both, kind=kind))["claims"]
        assert claims["facts"]["id"] == both[own]
        wanted = [hashlib.sha256(number.encode()).digest()[:16] for number in both.values()]
        assert sorted(value for name, value in claims["revocation_ids"] if name == "UCI") == sorted(wanted)


def test_what_is_signed_is_the_canonical_form(mp):
    certificate = signer()
    spaced = seal(certificate=certificate, indent=2)
    whole = json.loads(spaced)
    turned = json.dumps(
        {"sig": whole["sig"], "data": {"msg": whole["data"]["msg"], "hdr": whole["data"]["hdr"]}}
    )
    escaped = spaced.replace("LINDQVIST", "\\u004cINDQVIST")
    for text in (spaced, turned, escaped, seal(certificate=certificate, padded=True)):
        assert code(mp, text) == "no_rules_for_kind"
    unusual = VACCINATED | {"pid": VACCINATED["pid"] | {"n": 'MÜLLER  "ZOË"\t\\', "\u20ac": "\x01"}}
    assert code(mp, seal(unusual)) == "no_rules_for_kind"


@pytest.mark.parametrize(
    "old, new",
    [
        ("LINDQVIST", "LINDQVISD"),
        ("X1234567", "X1234568"),
        ('"seq":2', '"seq":3'),
        ('"UTO"', '"AUS"'),
        ('"v":1', '"v":2'),
    ],
)
def test_an_altered_message_is_false_whoever_signed_it(mp, old, new):
    text = seal()
    assert old in text
    assert code(mp, text.replace(old, new)) == "bad_signature"
    assert code(mp, text.replace(old, new), []) == "bad_signature"


def test_signatures(mp):
    assert code(mp, seal(signature=lambda good: good[:-1] + bytes([good[-1] ^ 1]))) == "bad_signature"
    assert code(mp, seal(signature=lambda good: good[:-1])) == "bad_signature"
    assert code(mp, seal(signature=lambda good: b"")) == "bad_signature"
    # A good certificate of somebody else, over a message of one's own.
    assert code(mp, seal(key=p256(9), certificate=signer(p256(8)))) == "bad_signature"


def test_an_authority_that_is_not_on_the_list(mp):
    verdict = judge(mp, seal(), [])
    assert (verdict["code"], verdict["detail"]) == (
        "unknown_issuer",
        "UTO, " + authority_record()["kid"].hex(),
    )
    none = signer(authority_key_id=b"")
    assert code(mp, seal(certificate=none)) == "unknown_issuer"
    assert code(mp, seal(), [authority_record() | {"scheme": "HC1"}]) == "unknown_issuer"
    assert code(mp, seal(), [authority_record() | {"source": "DEMO"}]) == "unknown_issuer"
    test_list = judge(mp, seal(), [authority_record() | {"source": "UAT"}])
    assert "test_issuer" in test_list["claims"]["warnings"]
    assert code(mp, seal(), [authority_record() | {"revoked": True}]) == "key_revoked"


def test_an_authority_signs_nothing_itself(mp):
    """A CSCA's key is in the list, and no certificate of any other scheme may come of it."""
    forged = record(p256(7), scheme="VDS-NC")
    assert code(mp, issue(vaccination(), p256(7)), [forged]) == "unknown_issuer"
    own = vdsnc.authority(p256(7))
    assert code(mp, seal(key=p256(7), certificate=own)) in ("bad_signer", "unknown_issuer")


def test_a_certificate_that_its_authority_did_not_sign(mp):
    kid = authority_record()["kid"]
    forged = signer(which="P-384", authority_key_id=kid)
    assert code(mp, seal(certificate=forged)) == "bad_signer"
    rsa = signer(which="RSA", authority_key_id=kid)
    assert code(mp, seal(certificate=rsa)) == "bad_signer"
    # Of two authorities under one key id, either may have signed.
    both = [authority_record("P-384") | {"kid": kid}, authority_record()]
    assert code(mp, seal(), both) == "no_rules_for_kind"
    certificate = signer().public_bytes(Encoding.DER)
    for at in (len(certificate) - 1, len(certificate) // 2, 60):
        bent = bytearray(certificate)
        bent[at] ^= 1
        assert code(mp, seal(certificate=bytes(bent))) in ("bad_signer", "bad_signature", "unknown_issuer")


def test_a_key_of_which_more_is_said_than_its_curve(mp):
    """Signed by the authority for all that: readers that look behind the curve would see another key, or none."""
    honest = signer()
    curve = bytes.fromhex("301306072a8648ce3d020106082a8648ce3d030107")
    body = der_content(honest.tbs_certificate_bytes)
    at = body.index(curve)
    for more in (b"", bytes.fromhex("06072a8648ce3d0201"), b"\x05\x00"):
        info = der(0x30, der(0x30, curve[2:] + more) + body[at + len(curve) :][:68])
        signed = der(0x30, body[: at - 2] + info + body[at + len(curve) + 68 :])
        signature = p256(7).sign(signed, ec.ECDSA(hashes.SHA256()))
        algorithm = bytes.fromhex("300a06082a8648ce3d040302")
        certificate = der(0x30, signed + algorithm + der(0x03, b"\0" + signature))
        assert code(mp, seal(certificate=certificate)) == ("bad_signer" if more else "no_rules_for_kind")


def der(tag: int, content: bytes) -> bytes:
    size = len(content)
    length = bytes([size]) if size < 128 else b"\x82" + size.to_bytes(2, "big")
    return bytes([tag]) + length + content


def der_content(element: bytes) -> bytes:
    return element[2 + (element[1] & 127 if element[1] & 128 else 0) :]


def usages(*numbers: str) -> x509.ExtendedKeyUsage:
    return x509.ExtendedKeyUsage([x509.ObjectIdentifier(number) for number in numbers])


CLIENT = "1.3.6.1.5.5.7.3.2"
SIGNING = x509.KeyUsage(True, False, False, False, False, False, False, False, False)
AGREEING = x509.KeyUsage(False, False, False, False, True, False, False, False, False)

PROFILES: list[tuple[dict[str, Any], str]] = [
    ({"usage": usages(CLIENT)}, "wrong_key_usage"),
    ({"usage": usages("2.23.136.1.1.14.1")}, "wrong_key_usage"),
    ({"usage": usages(CLIENT, "2.23.136.1.1.14.2")}, "no_rules_for_kind"),
    ({"critical": False}, "wrong_key_usage"),
    ({"documents": ("NT",)}, "wrong_key_usage"),
    ({"documents": ("NV",)}, "no_rules_for_kind"),
    ({"documents": ()}, "no_rules_for_kind"),
    ({"documents": (), "more": ((NO_DOCUMENTS, False),)}, "wrong_key_usage"),
    ({"more": ((SIGNING, True),)}, "no_rules_for_kind"),
    ({"more": ((AGREEING, True),)}, "bad_signer"),
    ({"more": ((x509.BasicConstraints(True, None), True),)}, "bad_signer"),
    ({"more": ((x509.BasicConstraints(False, None), True),)}, "no_rules_for_kind"),
    ({"days": 20}, "key_expired"),
    ({"days": 31}, "no_rules_for_kind"),
]


@pytest.mark.parametrize("options, expected", PROFILES, ids=range(len(PROFILES)))
def test_the_profile_of_a_barcode_signer(mp, options, expected):
    assert code(mp, seal(certificate=signer(**options))) == expected


def test_the_life_of_a_signer(mp):
    text = seal(certificate=signer(days=40))
    assert code(mp, text, now=NOW + 10 * DAY) == "no_rules_for_kind"
    assert code(mp, text, now=NOW + 10 * DAY + 1) == "key_expired"
    assert code(mp, text, now=NOW - 30 * DAY - 1) == "bad_signer"


def test_the_country_is_its_authoritys(mp):
    assert code(mp, seal(issuer="AUS")) == "wrong_key_usage"
    german = authority_record() | {"country": "DE", "participant": "DEU"}
    for name, expected in (
        ("D", "no_rules_for_kind"),
        ("DEU", "no_rules_for_kind"),
        ("DNK", "wrong_key_usage"),
    ):
        assert code(mp, seal(issuer=name), [german]) == expected


@pytest.mark.parametrize(
    "changes, expected",
    [
        ({"alg": "ES512"}, "bad_algorithm"),
        ({"alg": "none"}, "bad_algorithm"),
        ({"alg": None}, "bad_algorithm"),
        ({"alg": "ES384"}, "bad_algorithm"),
        ({"cer": None}, "bad_text"),
        ({"cer": "!"}, "bad_text"),
        ({"cer": ""}, "bad_signer"),
        ({"cer": "MAA"}, "bad_signer"),
        ({"sigvl": 7}, "bad_text"),
    ],
)
def test_the_seal(mp, changes, expected):
    assert code(mp, seal(seal=changes)) == expected


def test_another_version_is_named(mp):
    verdict = judge(mp, seal(version=2))
    assert (verdict["verdict"], verdict["code"]) == (1, "unsupported_system")


@pytest.mark.parametrize(
    "data, expected",
    [
        ({"hdr": {"is": "UTO", "t": "icao.vacc", "v": 1}}, "bad_envelope"),
        ({"hdr": {"t": "icao.vacc", "v": 1}, "msg": {}}, "bad_envelope"),
        ({"hdr": {"is": 7, "t": "icao.vacc", "v": 1}, "msg": {}}, "bad_envelope"),
        ({"hdr": {"is": "UTO", "t": "icao.vacc", "v": 1}, "msg": []}, "bad_envelope"),
        ({"hdr": "icao.", "msg": {}}, "bad_envelope"),
        (["icao.vacc"], "bad_envelope"),
        ({"hdr": {"is": "UTO", "t": "icao.vacc", "v": 1}, "msg": {}}, "bad_content"),
        ({"hdr": {"is": "UTO", "t": "icao.vacc", "v": 1.5}, "msg": {}}, "bad_json"),
        ({"hdr": {"is": "UTO", "t": "icao.vacc", "v": True}, "msg": VACCINATED}, "unsupported_system"),
    ],
)
def test_data_of_another_shape(mp, data, expected):
    assert code(mp, seal(data=data)) == expected


@pytest.mark.parametrize(
    "sampled, expected",
    [
        ("2021-06-01T10:00:00+9", "bad_content"),
        ("soon", "bad_content"),
        ("2021-06-31T10:00:00Z", "bad_content"),
        ("2021-06", "no_rules_for_kind"),  # it is for the policy to ask for more
        ("2021", "no_rules_for_kind"),
        ("2021-08", "test_in_future"),
        ("2021-07-01T12:00:01Z", "test_in_future"),
        (None, "no_rules_for_kind"),
        (20210601, "bad_content"),
    ],
)
def test_when_a_sample_was_taken(mp, sampled, expected):
    message = TESTED | {"dat": {"sc": sampled}}
    assert code(mp, seal(message, kind="icao.test")) == expected


@pytest.mark.parametrize(
    "changes, expected",
    [
        ({"pid": None}, "bad_content"),
        ({"pid": {"n": ""}}, "bad_content"),
        ({"pid": {"n": "ONE"}}, "no_rules_for_kind"),
        ({"ve": []}, "no_entry"),
        ({"ve": {}}, "bad_content"),
        ({"ve": [7]}, "bad_content"),
        ({"ve": [{"vd": []}]}, "no_entry"),
        ({"ve": [{"vd": [{"dvc": "2021-07-03"}]}]}, "vaccination_in_future"),
        ({"ve": [{"vd": [{"dvc": 7}]}]}, "bad_content"),
        ({"ve": [{"vd": [{"dvc": "2021-06-31"}]}]}, "bad_content"),
        ({"ve": [{"vd": [{"dvc": "2021-06"}]}]}, "bad_content"),
        ({"ve": [{"vd": [{"dvc": "2021-05-02<"}, {"dvc": "2021-06-01"}]}]}, "bad_content"),
        ({"ve": [{"vd": [{"seq": 1}, {"dvc": "2021-06-01", "seq": 2}]}]}, "bad_content"),
        ({"ve": [{"vd": [{"dvc": "2021-06-01", "seq": -1}]}]}, "bad_content"),
        (
            {"ve": [{"vd": [{"dvc": "2021-05-01", "seq": 2147483648}, {"dvc": "2021-06-01", "seq": 2}]}]},
            "bad_content",
        ),
        ({"ve": [{"vd": [{"dvc": "2021-06-01", "seq": "2"}]}]}, "bad_content"),
        ({"ve": [{"vd": [{"dvc": "2021-05 -02"}, {"dvc": "2021-06-01"}]}]}, "bad_content"),
        ({"pid": {"n": 7}}, "bad_content"),
        ({"pid": {"n": "ONE", "dob": "2021-02-29"}}, "bad_content"),
        ({"pid": {"n": "ONE", "dn": ["X1234567"]}}, "bad_content"),
        ({"pid": {"n": "ONE", "i": "X1234567", "dn": "X7654321"}}, "bad_content"),
        ({"pid": {"n": "ONE", "i": "X1234567", "dn": "X1234567"}}, "no_rules_for_kind"),
        ({"uvci": 7}, "bad_content"),
        ({"utci": 7}, "bad_content"),
        ({"ve": [{"dis": 7, "vd": [{"dvc": "2021-06-01"}]}]}, "bad_content"),
        ({"ve": [{"nam": ["X"], "vd": [{"dvc": "2021-06-01"}]}]}, "bad_content"),
        ({"ve": [{"vd": [{"dvc": "2021-06-01", "lot": 7}]}]}, "bad_content"),
    ],
)
def test_messages(mp, changes, expected):
    assert code(mp, seal(VACCINATED | changes)) == expected


def test_each_disease_is_an_entry_of_its_own(mp):
    influenza = {"nam": "Fluad", "dis": "1E32", "vd": [{"dvc": "2021-06-15", "seq": 1, "lot": "FL-1"}]}
    later = {"ve": [*VACCINATED["ve"], influenza]}
    claims = judge(mp, seal(VACCINATED | later))["claims"]
    assert (claims["kind"], claims["kinds"]) == (None, ("vaccination", "vaccination"))
    assert claims["facts"] == {"document": "X1234567", "id": "UT0000000041"}
    found = [facts for _, facts in claims["entries"]]
    assert [(facts["target"], facts["date"], facts["batch"]) for facts in found] == [
        ("1E32", "2021-06-15", "FL-1"),
        ("840539006", "2021-05-30", "EX0042"),
    ]
    assert all(facts["document"] == "X1234567" for facts in found)
    assert [dose["dose"] for dose in found[1]["series"]] == [1, 2]
    influenza["vd"][0]["dvc"] = "2021-07-03"
    assert code(mp, seal(VACCINATED | later)) == "vaccination_in_future"
    many = [influenza | {"dis": f"XX{number}"} for number in range(25)]
    assert code(mp, seal(VACCINATED | {"ve": many})) == "too_large"


def test_an_unknown_type_is_genuine_and_not_judged(mp):
    verdict = judge(mp, seal(kind="icao.other"))
    assert (verdict["code"], verdict["claims"]["kind"]) == ("no_rules_for_kind", None)


def test_texts(mp):
    text = seal()
    for bad in (
        text[:-1],
        text + "}",
        text.replace('"data"', '"date"'),
        text.replace('{"data"', '{"sig":1,"data"'),
    ):
        assert judge(mp, bad)["verdict"] == 2
    assert code(mp, text.replace('"is"', '"is":"AUS","is"')) == "bad_json"
    assert code(mp, text.replace("{", "{" * 30, 1)) in ("bad_json", "not_a_certificate")
    assert code(mp, '{"sigvl":"icao."}') == "bad_json" or code(mp, '{"sigvl":"icao."}') == "bad_envelope"
