"""HC1 from text to COSE_Sign1: every accepted variation of text, compression and envelope, and the refused ones."""

from __future__ import annotations

import zlib

import cbor2
import pytest
from gatepost.issue import base45
from gatepost.issue.hc1 import key_id, pack, sign1, signature_of
from harness.certificates import (
    NOW,
    YEAR,
    code,
    issue,
    judge,
    p256,
    record,
    unpack,
    vaccination,
)

KID = key_id(p256().public_key())


def cwt() -> bytes:
    return cbor2.dumps({1: "DE", 4: NOW + YEAR, 6: NOW - 1, -260: {1: vaccination()}})


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


@pytest.mark.parametrize("prefix", ["HL0:", "HC1", "", " HC1:", "HC1 :", "\ufeffHC1:"])
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
    assert code(mp, issue(vaccination(), kid=kid), [record(p256()), record(p256(), kid=kid)]) == "ok"


def test_a_kid_longer_than_any_list_holds(mp):
    assert code(mp, issue(vaccination(), kid=bytes(65))) == "unknown_issuer"


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
    assert cbor2.loads(unpack(text)).value[0] == b""
    assert code(mp, text) == "ok"


def test_the_protected_header_is_signed_as_received(mp):
    # The same map in a longer form, and in another order: the signature covers these very bytes.
    for protected in (
        bytes.fromhex("a2 0126 0458 08") + KID,
        bytes.fromhex("bf 0448") + KID + bytes.fromhex("0126 ff"),
    ):
        assert code(mp, issue(vaccination(), protected=protected)) == "ok"


def test_an_empty_map_may_be_signed_as_it_is_or_as_nothing(mp):
    key = p256()
    text = issue(vaccination(), key, alg_in="unprotected", kid_in="unprotected")
    payload = cbor2.loads(unpack(text)).value[2]
    headers = {1: -7, 4: key_id(key.public_key())}
    for signed in (b"\xa0", b""):
        to_be_signed = cbor2.dumps(["Signature1", signed, b"", payload])
        envelope = [b"\xa0", headers, payload, signature_of(key, to_be_signed)]
        assert code(mp, pack(cbor2.dumps(cbor2.CBORTag(18, envelope)))) == "ok"
    envelope = [b"\xa0", headers, payload, signature_of(key, b"something else")]
    assert code(mp, pack(cbor2.dumps(cbor2.CBORTag(18, envelope)))) == "bad_signature"


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
