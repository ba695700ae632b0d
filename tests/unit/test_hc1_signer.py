"""Who signed an HC1 certificate: kinds of keys, shared key ids, what a key may sign, and false signatures."""

from __future__ import annotations

import hashlib

import cbor2
import pytest
from gatepost.issue.hc1 import key_id
from harness.certificates import (
    NOW,
    YEAR,
    code,
    issue,
    judge,
    negative_test,
    p256,
    p384,
    record,
    recovery,
    rsa2048,
    unpack,
    vaccination,
)

KID = key_id(p256().public_key())


@pytest.mark.parametrize("key", [p256, p384, rsa2048])
def test_every_kind_of_key(mp, key):
    assert code(mp, issue(vaccination(), key()), [record(key())]) == "ok"


@pytest.mark.parametrize(
    "key, alg", [(p256, -37), (p256, -35), (p384, -7), (p384, -37), (rsa2048, -7), (rsa2048, -35)]
)
def test_the_algorithm_must_fit_the_key(mp, key, alg):
    assert code(mp, issue(vaccination(), key(), alg=alg), [record(key())]) == "bad_algorithm"


def test_an_unknown_key(mp):
    assert code(mp, issue(vaccination()), []) == "unknown_issuer"
    assert code(mp, issue(vaccination()), [record(p256(2))]) == "unknown_issuer"


def test_a_foreign_key_with_the_known_kid(mp):
    assert code(mp, issue(vaccination(), p256(2), kid=KID)) == "bad_signature"


def test_all_keys_that_share_a_kid_are_tried(mp):
    keys = [
        record(rsa2048(), kid=KID),
        record(p256(2), kid=KID),
        record(p384(), kid=KID),
        record(p256(), country="FR"),
    ]
    for order in (keys, keys[::-1]):
        verdict = judge(mp, issue(vaccination()), order)
        assert (verdict["code"], verdict["claims"]["issuer"]) == ("ok", "FR")
    assert code(mp, issue(vaccination()), keys[:3]) == "bad_signature"
    assert code(mp, issue(vaccination()), [keys[0], keys[2]]) == "bad_algorithm"


@pytest.mark.parametrize("length", [0, 3, 32, 63, 65, 96, 128, 256])
@pytest.mark.parametrize("key", [p256, p384, rsa2048])
def test_a_signature_of_another_length(mp, key, length):
    good = {p256: 64, p384: 96, rsa2048: 256}[key]
    text = issue(vaccination(), key(), signature=lambda s: (s * 8)[:length])
    assert code(mp, text, [record(key())]) == ("ok" if length == good else "bad_signature")


def test_a_der_signature_is_refused(mp):
    key = p256()

    def der(raw: bytes) -> bytes:
        from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

        return encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))

    assert code(mp, issue(vaccination(), key, signature=der)) == "bad_signature"


@pytest.mark.parametrize(
    "signature", [bytes(64), bytes(32) + b"\1" * 32, b"\1" * 32 + bytes(32), b"\xff" * 64]
)
def test_signatures_out_of_range(mp, signature):
    assert code(mp, issue(vaccination(), signature=lambda _: signature)) == "bad_signature"


def test_a_key_that_is_no_point_of_the_curve(mp):
    bent = record(p256())
    bent["y"] = bytes(32)
    assert code(mp, issue(vaccination()), [bent]) == "bad_signature"


def test_keys_of_other_schemes_sign_no_hc1(mp):
    for scheme in ("SHC", "IL", "ITH1", "VDS-NC"):
        assert code(mp, issue(vaccination()), [record(p256(), scheme=scheme)]) == "unknown_issuer"


def test_demonstration_keys_count_in_a_demonstration_only(mp):
    keys = [record(p256(), source="DEMO")]
    assert code(mp, issue(vaccination()), keys, environment="DEMO") == "ok"
    for environment in ("PROD", "UAT", "DEV"):
        assert code(mp, issue(vaccination()), keys, environment=environment) == "unknown_issuer"


@pytest.mark.parametrize("source", ["UAT", "DEV"])
def test_keys_of_test_lists_make_no_pass(mp, source):
    verdict = judge(mp, issue(vaccination()), [record(p256(), source=source)])
    assert (verdict["verdict"], verdict["code"]) == (1, "test_issuer")


def test_a_list_that_is_missing_or_damaged(mp):
    text = issue(vaccination())
    source = """
from scanner.rules.judge import judge
class Clock:
    trusted = True
    def now(self):
        return now
class Damaged:
    def find(self, kid):
        raise error
def codes():
    global error
    found = [judge(text, None, Clock()).code]
    for error in (ValueError("damaged"), OSError(5)):
        found.append(judge(text, Damaged(), Clock()).code)
    return found
result = codes()
"""
    assert mp.run(source, space="lists", text=text, now=NOW) == [
        "no_trust_list",
        "trust_list_damaged",
        "trust_list_damaged",
    ]


def test_the_payload_is_not_read_before_the_signature(mp):
    garbage = issue(None, cwt=b"\xff\xff", signature=lambda s: s[:-1] + bytes([s[-1] ^ 1]))
    assert code(mp, garbage) == "bad_signature"
    assert code(mp, issue(None, cwt=b"\xff\xff")) == "bad_cbor"


def test_the_issuer_comes_from_the_key(mp):
    verdict = judge(
        mp, issue(vaccination(co="XX"), issuer="CNAM"), [record(p256(), country="GR", name="Ministry")]
    )
    claims = verdict["claims"]
    assert (claims["issuer"], claims["issuer_name"], claims["key"]["kid"]) == ("GR", "Ministry", KID)


def test_revocation_identifiers(mp):
    text = issue(vaccination(ci="urn:uvci:01:FR:X#1", co="FR"))
    signature = cbor2.loads(unpack(text)).value[3]
    claims = judge(mp, text)["claims"]

    def short(data: bytes) -> bytes:
        return hashlib.sha256(data).digest()[:16]

    assert (
        sorted(claims["revocation_ids"])
        == sorted(
            [
                ("UCI", short(b"urn:uvci:01:FR:X#1")),
                ("COUNTRYCODEUCI", short(b"FRurn:uvci:01:FR:X#1")),  # the entry's country
                ("COUNTRYCODEUCI", short(b"DEurn:uvci:01:FR:X#1")),  # and the envelope's issuer
                ("SIGNATURE", short(signature[:32])),
            ]
        )
    )
    # Nothing is looked up twice.
    claims = judge(mp, issue(vaccination(ci="X#1", co="DE"), issuer="DE"))["claims"]
    assert [kind for kind, _ in claims["revocation_ids"]] == ["UCI", "COUNTRYCODEUCI", "SIGNATURE"]
    # The number by which it is known when it is shown again comes first, and without spaces.
    claims = judge(mp, issue(vaccination(ci=" X#1 "), issuer="DE"))["claims"]
    assert [each for each in claims["revocation_ids"] if each[0] == "UCI"] == [
        ("UCI", short(b"X#1")),
        ("UCI", short(b" X#1 ")),
    ]
    text = issue(vaccination(), rsa2048())
    signature = cbor2.loads(unpack(text)).value[3]
    assert ("SIGNATURE", short(signature)) in judge(mp, text, [record(rsa2048())])["claims"]["revocation_ids"]


@pytest.mark.parametrize("bit, right", [(1, negative_test), (2, vaccination), (4, recovery)])
def test_key_usage(mp, bit, right):
    for payload in (vaccination, negative_test, recovery):
        text = issue(payload())
        fits, does_not = ("ok", "wrong_key_usage") if payload is right else ("wrong_key_usage", "ok")
        assert code(mp, text, [record(p256(), usage=bit)]) == fits
        assert code(mp, text, [record(p256(), usage=7 & ~bit)]) == does_not
        assert code(mp, text, [record(p256(), usage=7)]) == "ok"
        assert code(mp, text, [record(p256(), usage=0)]) == "ok"


def test_every_entry_needs_the_usage(mp):
    both = vaccination() | {"t": negative_test()["t"]}
    assert code(mp, issue(both), [record(p256(), usage=2)]) == "wrong_key_usage"
    assert code(mp, issue(both), [record(p256(), usage=3)]) == "several_entries"


def test_a_withdrawn_key(mp):
    assert code(mp, issue(vaccination()), [record(p256(), revoked=True)]) == "key_revoked"


def test_an_expired_key_by_policy(mp):
    keys = [record(p256(), not_after=NOW - 1)]
    assert code(mp, issue(vaccination()), keys) == "ok"
    assert code(mp, issue(vaccination()), keys, policy={"reject_expired_keys": True}) == "key_expired"
    assert (
        code(mp, issue(vaccination()), [record(p256(), not_after=NOW)], policy={"reject_expired_keys": True})
        == "ok"
    )


def test_a_certificate_older_than_its_key_is_not_suspect(mp):
    assert code(mp, issue(vaccination(), issued=NOW - 2 * YEAR)) == "ok"
