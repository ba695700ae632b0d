"""Hostile HC1: every layer cut at every byte, every bit flipped, lengths that lie. Nothing may pass, raise or hang."""

from __future__ import annotations

import random
import zlib
from functools import cache

import cbor2
import pytest
from gatepost.issue import base45
from gatepost.issue.hc1 import key_id, pack, sign1
from harness.certificates import NOW, YEAR, codes, issue, p256, vaccination

KID = key_id(p256().public_key())


@cache
def small() -> bytes:
    """A COSE_Sign1 as small as a certificate that passes can be: every bit of it is tried."""
    entry = {"dt": "2021-06-01", "tg": "840539006", "ci": "1"}
    cwt = cbor2.dumps({4: NOW + YEAR, -260: {1: {"nam": {"fnt": "A"}, "dob": "", "v": [entry]}}})
    return cbor2.dumps(cbor2.CBORTag(18, sign1(cwt, p256(), KID)))


def text_of(packed: bytes) -> str:
    return "HC1:" + base45.encode(packed)


def all_refused(found: list[tuple[int, str]]) -> bool:
    return all(verdict == 2 and code != "internal_fault" for verdict, code in found)


def flipped(data: bytes, bit: int) -> bytes:
    bent = bytearray(data)
    bent[bit // 8] ^= 1 << bit % 8
    return bytes(bent)


def test_the_subject_of_this_file_passes(mp):
    assert codes(mp, [pack(small())]) == [(0, "ok")]


def test_the_text_cut_at_every_character(mp):
    text = issue(vaccination())
    assert all_refused(codes(mp, [text[:end] for end in range(len(text))]))


def test_the_compressed_layer_cut_at_every_byte(mp):
    packed = zlib.compress(small(), 9)
    assert all_refused(codes(mp, [text_of(packed[:end]) for end in range(len(packed))]))


def test_the_envelope_cut_at_every_byte(mp):
    data = small()
    assert all_refused(codes(mp, [pack(data[:end]) for end in range(len(data))]))


def test_the_payload_cut_at_every_byte_and_signed(mp):
    cwt = cbor2.dumps({1: "DE", 4: NOW + YEAR, 6: NOW - 1, -260: {1: vaccination()}})
    step = 1 if mp.name == "64-bit" else 5
    assert all_refused(codes(mp, [issue(None, cwt=cwt[:end]) for end in range(0, len(cwt), step)]))


def test_the_protected_header_cut_at_every_byte_and_signed(mp):
    header = cbor2.dumps({1: -7, 4: KID})
    assert all_refused(
        codes(mp, [issue(vaccination(), protected=header[:end]) for end in range(len(header))])
    )


def test_every_bit_of_the_envelope(mp):
    data = small()
    bits = range(len(data) * 8)
    if mp.name != "64-bit":
        bits = random.Random(7).sample(bits, 300)
    found = codes(mp, [pack(flipped(data, bit)) for bit in bits])
    assert all_refused(found)
    # The two coordinates of the signature, and most of the payload, end where they should.
    assert sum(code == "bad_signature" for _, code in found) > len(found) // 2


def test_every_bit_of_the_compressed_layer(mp):
    packed = zlib.compress(small(), 9)
    bits = range(len(packed) * 8)
    found = codes(mp, [text_of(flipped(packed, bit)) for bit in bits])
    for bit, (verdict, code) in zip(bits, found, strict=True):
        if verdict != 2:
            # A bit that DEFLATE gives no meaning to: what was signed is all there.
            assert zlib.decompress(flipped(packed, bit)) == small()
        assert code != "internal_fault"
    assert sum(verdict != 2 for verdict, _ in found) < 8


def test_every_character_replaced(mp):
    text = pack(small())
    draw = random.Random(3)
    bent = []
    for at in range(4, len(text)):
        other = draw.choice(base45.ALPHABET.replace(text[at], ""))
        bent.append(text[:at] + other + text[at + 1 :])
    assert all_refused(codes(mp, bent))


def test_neighbouring_characters_swapped(mp):
    text = pack(small())
    bent = [
        text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        for at in range(len(text) - 1)
        if text[at] != text[at + 1]
    ]
    assert all_refused(codes(mp, bent))


LIES = [
    b"\xd2\x9b" + b"\xff" * 8,
    b"\xd2\x84\x5b" + b"\xff" * 8,
    b"\xd2\x84\x5b\x7f" + b"\xff" * 7 + b"\x00",
    b"\xd2\x84\x5a\x80\x00\x00\x00" + b"\x00" * 20,
    b"\xd2\x84\x40\xbb" + b"\xff" * 8,
    b"\xd2\x84\x40\xba\x3f\xff\xff\xff",
    b"\xd2\x84\x43\xa1\x04\x5b\xa0\x40\x40",
    b"\xd2\x84\x43\xa1\x01\x26\xa1\x04\x48" + KID + b"\x5a\xff\xff\xff\xff",
    b"\xd2\x84\x43\xa1\x01\x26\xa1\x04\x48" + KID + b"\x59\xff\xff\x00",
]


@pytest.mark.parametrize("data", LIES, ids=range(len(LIES)))
def test_lengths_that_lie(mp, data):
    assert all_refused(codes(mp, [pack(data)]))


def test_lengths_that_lie_inside_the_signed_payload(mp):
    bodies = [
        b"\xbb" + b"\xff" * 8,
        b"\xa1\x39\x01\x03\xbb" + b"\xff" * 8,
        b"\xa1\x39\x01\x03\xa1\x01\x9a\xff\xff\xff\xff",
    ]
    bodies += [
        b"\xa1\x39\x01\x03\xa1\x01\xa1\x61v\x9b\x7f" + b"\xff" * 7,
        b"\xbf\x39\x01\x03\xbf\x01\x7f\x7b" + b"\xff" * 8,
    ]
    assert all_refused(codes(mp, [issue(None, cwt=body) for body in bodies]))


@pytest.mark.parametrize(
    "opening", [b"\x81", b"\x9f", b"\xa1\x01", b"\xbf\x01", b"\xd2", b"\xd8\x3d", b"\x5f", b"\x7f"]
)
@pytest.mark.parametrize("depth", [10, 100, 8000])
def test_deep_nesting(mp, opening, depth):
    data = opening * depth
    assert all_refused(
        codes(mp, [pack(data), pack(data + b"\x00"), issue(None, cwt=(b"\xa1\x39\x01\x03" + data)[:4000])])
    )


def test_huge_integers(mp):
    for number in (2**63, 2**64 - 1, -(2**64), 2**200, -(2**2000)):
        claims = {4: NOW + YEAR, -260: {1: vaccination(dn=number, sd=number)}}
        texts = [
            issue(None, claims=claims | {4: number}),
            issue(None, claims={4: NOW + YEAR, -260: {number: {}}}),
        ]
        texts.append(issue(vaccination(), protected=cbor2.dumps({1: number, 4: KID})))
        for verdict, code in codes(mp, texts):
            assert verdict != 0 and code != "internal_fault"
        # Rules compare dose numbers: one that no doctor writes must not decide.
        assert codes(mp, [issue(None, claims=claims)]) == [(2, "bad_content")]


def test_bombs_inside_and_out(mp):
    texts = [pack(bytes(10_000_000)), text_of(zlib.compress(zlib.compress(bytes(1_000_000))))]
    texts.append(pack(b"\x9b\xff" + bytes(16000)))
    texts.append(pack(cbor2.dumps([0] * 16000)))
    texts.append(
        issue(None, cwt=cbor2.dumps({4: NOW + YEAR, -260: {1: vaccination() | {"meta": [0] * 3000}}}))
    )
    assert all_refused(codes(mp, texts))


def test_invalid_utf8_in_the_signed_payload(mp):
    cwt = cbor2.dumps({4: NOW + YEAR, -260: {1: vaccination()}})
    name = "Müller".encode()
    assert name in cwt
    for bent in (b"M\xfcller ", b"M\xc0\xbcller", b"M\xed\xa0\x80ll", b"Mller\xc3\xc3"):
        assert codes(mp, [issue(None, cwt=cwt.replace(name, bent[: len(name)]))]) == [(2, "bad_cbor")]


def test_every_type_in_every_place_of_the_payload(mp):
    """Each member replaced by a value of each type, and properly signed: any verdict, but never a fault."""
    wrong = [
        None,
        True,
        7,
        -1,
        1.5,
        "",
        "x",
        b"\xff",
        [],
        [[]],
        {},
        {"a": 1},
        cbor2.CBORTag(0, 1),
        cbor2.undefined,
    ]
    if mp.name != "64-bit":
        wrong = wrong[::3]
    whole = vaccination()
    texts = []
    for value in wrong:
        texts += [issue(whole | {member: value}) for member in whole]
        texts += [issue(vaccination(**{member: value})) for member in whole["v"][0]]
        texts += [issue(whole | {"nam": whole["nam"] | {member: value}}) for member in whole["nam"]]
        texts += [issue(whole | {"v": [value]})]
        claims = {4: NOW + YEAR, -260: {1: whole}}
        texts += [issue(None, claims=claims | {number: value}) for number in (1, 4, 5, 6, -260)]
        texts += [issue(value, sub_claim=number) for number in (1, 2, 3, 4, 5, -6, -7)]
    for verdict, code in codes(mp, texts):
        assert code != "internal_fault"
        assert verdict in (0, 1, 2)
