"""HC1 from text to matched key: every accepted variation of the envelope, and every one that is refused."""

from __future__ import annotations

import hashlib
import zlib

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from gatepost.issue import base45
from gatepost.issue.hc1 import key_id, pack, sign1
from harness.certificates import NOW, YEAR, issue, judge, p256, p384, record, rsa2048, vaccination

KID = key_id(p256().public_key())


def code(mp, text, keys=None, **options) -> str:
    return judge(mp, text, keys, **options)["code"]


def cwt() -> bytes:
    return cbor2.dumps({1: "DE", 4: NOW + YEAR, 6: NOW - 1, -260: {1: vaccination()}})


# --- text -----------------------------------------------------------------------------------------------------------


def test_a_certificate_passes(mp):
    verdict = judge(mp, issue(vaccination()))
    assert (verdict["verdict"], verdict["code"], verdict["number"]) == (0, "ok", 0)


def test_text_may_come_as_bytes(mp):
    assert code(mp, issue(vaccination()).encode()) == "ok"


@pytest.mark.parametrize("prefix", ["hc1:", "Hc1:", "hC1:"])
def test_the_prefix_is_recognised_in_either_case(mp, prefix):
    assert code(mp, issue(vaccination(), prefix=prefix)) == "ok"


def test_base45_is_read_from_upper_case_only(mp):
    assert code(mp, issue(vaccination()).lower()) == "bad_base45"


@pytest.mark.parametrize("prefix", ["HC2:", "HL0:", "HC1", "", " HC1:", "HC1 :", "\ufeffHC1:"])
def test_other_prefixes_are_no_certificate(mp, prefix):
    assert code(mp, issue(vaccination(), prefix=prefix)) == "not_a_certificate"


@pytest.mark.parametrize("after", ["\n", " ", "\0", "\r\n", "=="])
def test_nothing_is_trimmed(mp, after):
    assert judge(mp, issue(vaccination()) + after)["verdict"] == 2
    assert judge(mp, "HC1: " + issue(vaccination())[4:])["verdict"] == 2


def test_double_spaces_are_kept(mp):
    for number in range(400):
        text = issue(vaccination(ci=f"URN:UVCI:01DE/{number}#1"))
        if "  " in text:
            break
    assert "  " in text
    assert code(mp, text) == "ok"
    assert judge(mp, text.replace("  ", " "))["verdict"] == 2


# --- compression ----------------------------------------------------------------------------------------------------


def envelope(**options) -> bytes:
    return cbor2.dumps(cbor2.CBORTag(18, sign1(cwt(), p256(), KID, **options)))


@pytest.mark.parametrize("level", [0, 1, 6, 9])
def test_zlib_of_every_level(mp, level):
    assert code(mp, "HC1:" + base45.encode(zlib.compress(envelope(), level))) == "ok"


def test_uncompressed_is_refused(mp):
    assert code(mp, "HC1:" + base45.encode(envelope())) == "bad_compression"


def test_raw_deflate_is_refused(mp):
    assert code(mp, "HC1:" + base45.encode(zlib.compress(envelope())[2:-4])) == "bad_compression"


def test_bytes_after_the_stream_are_refused(mp):
    assert code(mp, "HC1:" + base45.encode(zlib.compress(envelope()) + b"\0")) == "bad_compression"


def test_a_bomb_is_too_large(mp):
    assert code(mp, pack(bytes(16385))) == "too_large"
    assert code(mp, pack(bytes(2_000_000))) == "too_large"
    assert code(mp, pack(bytes(16384))) != "too_large"


def test_a_text_beyond_any_code_is_too_large(mp):
    assert code(mp, "HC1:" + "0" * 20000) == "too_large"


# --- COSE -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("tag", ["18", "none", "61+18"])
def test_tags_that_are_accepted(mp, tag):
    assert code(mp, issue(vaccination(), tag=tag)) == "ok"


def test_tag_61_alone_is_refused(mp):
    assert code(mp, issue(vaccination(), tag="61")) == "bad_envelope"


@pytest.mark.parametrize("tag", [17, 98, 16, 0, 24])
def test_other_tags_are_refused(mp, tag):
    assert code(mp, pack(cbor2.dumps(cbor2.CBORTag(tag, sign1(cwt(), p256(), KID))))) == "bad_envelope"


@pytest.mark.parametrize("alg_in", ["protected", "unprotected", "both"])
@pytest.mark.parametrize("kid_in", ["protected", "unprotected", "both"])
def test_headers_in_every_place(mp, alg_in, kid_in):
    assert code(mp, issue(vaccination(), alg_in=alg_in, kid_in=kid_in)) == "ok"


def test_the_protected_kid_wins_even_when_wrong(mp):
    wrong = b"\1" * 8
    right_inside = issue(vaccination(), kid_in="both", unprotected_kid=wrong)
    wrong_inside = issue(vaccination(), kid_in="both", kid=wrong, unprotected_kid=KID)
    assert code(mp, right_inside) == "ok"
    assert code(mp, wrong_inside) == "unknown_issuer"


def test_the_protected_algorithm_wins_even_when_wrong(mp):
    outer = {1: -7}
    inner = cbor2.dumps({1: -8, 4: KID})
    signed = sign1(cwt(), p256(), None, protected=inner)
    assert code(mp, pack(cbor2.dumps([inner, outer, *signed[2:]]))) == "bad_algorithm"


def test_missing_headers(mp):
    assert code(mp, issue(vaccination(), kid_in="none")) == "no_key_id"
    assert code(mp, issue(vaccination(), alg_in="none")) == "bad_algorithm"


@pytest.mark.parametrize("kid", [b"", "text", 7, None, [b"12345678"]])
def test_a_kid_that_is_no_byte_string(mp, kid):
    assert code(mp, issue(vaccination(), protected=cbor2.dumps({1: -7, 4: kid}))) == "no_key_id"


@pytest.mark.parametrize("kid", [b"11", b"1234567", b"123456789", bytes(32), KID + b"\0", KID[:7]])
def test_a_kid_of_another_length(mp, kid):
    assert code(mp, issue(vaccination(), kid=kid)) == "unknown_issuer"


@pytest.mark.parametrize("alg", [-8, -36, -257, -259, 5, 0, -999999, "ES256", None, True, [-7]])
def test_other_algorithms_are_refused(mp, alg):
    protected = cbor2.dumps({1: alg, 4: KID})
    assert code(mp, issue(vaccination(), protected=protected)) == "bad_algorithm"


def test_what_is_kept_of_hostile_headers_is_short(mp):
    for text in (
        issue(vaccination(), kid=bytes(9000)),
        issue(vaccination(), protected=cbor2.dumps({1: "x" * 9000})),
    ):
        verdict = judge(mp, text)
        assert verdict["verdict"] == 2
        assert len(verdict["detail"]) <= 64


def test_an_empty_protected_header(mp):
    text = issue(vaccination(), alg_in="unprotected", kid_in="unprotected")
    assert cbor2.loads(zlib.decompress(_unpack(text))).value[0] == b""
    assert code(mp, text) == "ok"


def test_the_protected_header_is_signed_as_received(mp):
    # The same map in a longer form, and in another order: the signature covers these very bytes.
    for protected in (
        bytes.fromhex("a2 0126 0458 08") + KID,
        bytes.fromhex("bf 0448") + KID + bytes.fromhex("0126 ff"),
    ):
        assert code(mp, issue(vaccination(), protected=protected)) == "ok"


def test_headers_that_are_not_understood(mp):
    ignored = cbor2.dumps({1: -7, 4: KID, 33: b"x5chain", "text": 1})
    critical = cbor2.dumps({1: -7, 4: KID, 2: [33], 33: b"x"})
    known = cbor2.dumps({1: -7, 4: KID, 2: [4]})
    assert code(mp, issue(vaccination(), protected=ignored)) == "ok"
    assert code(mp, issue(vaccination(), protected=critical)) == "bad_envelope"
    assert code(mp, issue(vaccination(), protected=known)) == "ok"
    assert code(mp, issue(vaccination(), protected=cbor2.dumps({1: -7, 4: KID, 2: 33}))) == "bad_envelope"


@pytest.mark.parametrize("protected", [b"\x80", b"\x00", b"\x41\x00"])
def test_a_protected_header_that_is_no_map(mp, protected):
    assert code(mp, issue(vaccination(), protected=protected, kid_in="unprotected")) == "bad_envelope"


@pytest.mark.parametrize("protected", [b"\xa1", b"\xff", b"\xa2\x01\x26\x01\x26", b"\xa0\xa0"])
def test_a_protected_header_that_is_no_cbor(mp, protected):
    assert code(mp, issue(vaccination(), protected=protected, kid_in="unprotected")) == "bad_cbor"


@pytest.mark.parametrize(
    "at, value", [(0, {}), (0, None), (1, b""), (1, []), (2, None), (2, {}), (3, None), (3, "x" * 64)]
)
def test_members_of_the_wrong_type(mp, at, value):
    parts = sign1(cwt(), p256(), KID)
    parts[at] = value
    assert code(mp, pack(cbor2.dumps(cbor2.CBORTag(18, parts)))) == "bad_envelope"


@pytest.mark.parametrize("parts", [[], [b"", {}, b""], [b"", {}, b"", b"", b""], {}, b"", 18, "x"])
def test_what_is_no_envelope(mp, parts):
    assert code(mp, pack(cbor2.dumps(parts))) == "bad_envelope"


def test_indefinite_lengths_are_read(mp):
    protected, _, payload, signature = sign1(cwt(), p256(), KID)
    pieces = b"".join(cbor2.dumps(payload[at : at + 50]) for at in range(0, len(payload), 50))
    data = (
        b"\xd2\x9f"
        + cbor2.dumps(protected)
        + b"\xbf\xff"
        + b"\x5f"
        + pieces
        + b"\xff"
        + cbor2.dumps(signature)
        + b"\xff"
    )
    assert code(mp, pack(data)) == "ok"


# --- signature ------------------------------------------------------------------------------------------------------


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
    signature = cbor2.loads(zlib.decompress(_unpack(text))).value[3]
    claims = judge(mp, text)["claims"]

    def short(data: bytes) -> bytes:
        return hashlib.sha256(data).digest()[:16]

    assert sorted(claims["revocation_ids"]) == sorted(
        [
            ("UCI", short(b"urn:uvci:01:FR:X#1")),
            ("COUNTRYCODEUCI", short(b"FRurn:uvci:01:FR:X#1")),
            ("SIGNATURE", short(signature[:32])),
        ]
    )
    text = issue(vaccination(), rsa2048())
    signature = cbor2.loads(zlib.decompress(_unpack(text))).value[3]
    assert ("SIGNATURE", short(signature)) in judge(mp, text, [record(rsa2048())])["claims"]["revocation_ids"]


def _unpack(text: str) -> bytes:
    digits = [base45.ALPHABET.index(character) for character in text[4:]]
    out = bytearray()
    for at in range(0, len(digits), 3):
        group = digits[at : at + 3]
        out += sum(digit * 45**place for place, digit in enumerate(group)).to_bytes(len(group) - 1, "big")
    return bytes(out)


def test_the_unpacking_of_this_file_is_right():
    assert isinstance(p256(), ec.EllipticCurvePrivateKey)
    assert zlib.decompress(_unpack(pack(b"anything"))) == b"anything"
