"""CBOR against RFC 8949's appendix A, against cbor2 in both directions, and against hostile bytes."""

from __future__ import annotations

import math
import struct

import cbor2
import pytest
from harness.interpreter import DeviceError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

DECODE = "scanner.codec.cbor:decode"
ENCODE = "scanner.codec.cbor:encode"

# RFC 8949, appendix A: encoding and value, where the value is one that travels as itself.
PLAIN = {
    "00": 0, "01": 1, "0a": 10, "17": 23, "1818": 24, "1819": 25, "1864": 100, "1903e8": 1000, "1a000f4240": 1000000,
    "1b000000e8d4a51000": 1000000000000, "1bffffffffffffffff": 18446744073709551615,
    "3bffffffffffffffff": -18446744073709551616, "20": -1, "29": -10, "3863": -100, "3903e7": -1000,
    "f4": False, "f5": True, "f6": None, "40": b"", "4401020304": b"\x01\x02\x03\x04", "60": "", "6161": "a",
    "6449455446": "IETF", "62225c": '"\\', "62c3bc": "ü", "63e6b0b4": "水", "64f0908591": "\U00010151", "80": [],
    "83010203": [1, 2, 3], "8301820203820405": [1, [2, 3], [4, 5]],
    "98190102030405060708090a0b0c0d0e0f101112131415161718181819": list(range(1, 26)), "a0": {},
    "a201020304": {1: 2, 3: 4}, "a26161016162820203": {"a": 1, "b": [2, 3]}, "826161a161626163": ["a", {"b": "c"}],
    "a56161614161626142616361436164614461656145": {"a": "A", "b": "B", "c": "C", "d": "D", "e": "E"},
}  # fmt: skip
INDEFINITE = {
    "5f42010243030405ff": b"\x01\x02\x03\x04\x05", "7f657374726561646d696e67ff": "streaming", "9fff": [],
    "9f018202039f0405ffff": [1, [2, 3], [4, 5]], "9f01820203820405ff": [1, [2, 3], [4, 5]],
    "83018202039f0405ff": [1, [2, 3], [4, 5]], "83019f0203ff820405": [1, [2, 3], [4, 5]],
    "9f0102030405060708090a0b0c0d0e0f101112131415161718181819ff": list(range(1, 26)),
    "bf61610161629f0203ffff": {"a": 1, "b": [2, 3]}, "826161bf61626163ff": ["a", {"b": "c"}],
    "bf6346756ef563416d7421ff": {"Fun": True, "Amt": -2},
}  # fmt: skip
FLOATS = {
    "f90000": 0, "f98000": 0, "f93c00": 1, "fb3ff199999999999a": 1, "f93e00": 1, "f97bff": 65504, "fa47c35000": 100000,
    "fa7f7fffff": 0xFFFFFF << 104, "fb7e37e43c8800759c": int(1.0e300), "f90001": 0, "f90400": 0, "f9c400": -4,
    "fbc010666666666666": -5, "f97c00": None, "f97e00": None, "f9fc00": None, "fa7f800000": None, "fa7fc00000": None,
    "faff800000": None, "fb7ff0000000000000": None, "fb7ff8000000000000": None, "fbfff0000000000000": None,
}  # fmt: skip
SIMPLE = {"f7": 23, "f0": 16, "f8ff": 255}
TAGS = {
    "c249010000000000000000": (2, b"\x01\0\0\0\0\0\0\0\0"), "c11a514b67b0": (1, 1363896240),
    "c074323031332d30332d32315432303a30343a30305a": (0, "2013-03-21T20:04:00Z"),
    "d74401020304": (23, b"\x01\x02\x03\x04"),
    "d818456449455446": (24, b"dIETF"),
}  # fmt: skip


@pytest.mark.parametrize("encoding", PLAIN | INDEFINITE)
def test_appendix_a(mp, encoding):
    assert mp.call(DECODE, bytes.fromhex(encoding)) == (PLAIN | INDEFINITE)[encoding]


@pytest.mark.parametrize("encoding", PLAIN)
def test_appendix_a_encoded(mp, encoding):
    assert mp.call(ENCODE, PLAIN[encoding]) == bytes.fromhex(encoding)


@pytest.mark.parametrize("encoding", FLOATS)
def test_appendix_a_floats_have_exact_whole_parts(mp, encoding):
    found = mp.call(DECODE, bytes.fromhex(encoding))
    assert found == {
        "bits": bytes.fromhex(encoding)[1:],
        "floor": FLOATS[encoding],
        "whole": is_whole(encoding),
    }


def is_whole(encoding: str) -> bool:
    """Whether Python's own float has no fraction."""
    form = {2: ">e", 4: ">f", 8: ">d"}[len(encoding) // 2 - 1]
    return struct.unpack(form, bytes.fromhex(encoding)[1:])[0].is_integer()


@pytest.mark.parametrize("encoding", SIMPLE)
def test_appendix_a_simple_values(mp, encoding):
    assert mp.call(DECODE, bytes.fromhex(encoding)) == {"number": SIMPLE[encoding]}


@pytest.mark.parametrize("encoding", TAGS)
def test_appendix_a_tags(mp, encoding):
    number, value = TAGS[encoding]
    assert mp.call(DECODE, bytes.fromhex(encoding)) == {"number": number, "value": value}


@pytest.mark.parametrize("encoding", [*FLOATS, *SIMPLE, *TAGS])
def test_what_is_no_plain_value_is_written_back_as_it_came(mp, encoding):
    data = bytes.fromhex(encoding)
    assert (
        mp.run("from scanner.codec.cbor import decode, encode\nresult = encode(decode(data))", data=data)
        == data
    )


def test_seconds_survive_where_floats_are_short(mp):
    for seconds in (1622576398.924, 1620324000.0, -0.5, -1.0, 2.0**52 + 1, 0.1, 5e-324):
        found = mp.call(DECODE, b"\xfb" + struct.pack(">d", seconds))
        assert (found["floor"], found["whole"]) == (math.floor(seconds), seconds.is_integer())


keys = st.one_of(st.integers(-(2**64), 2**64 - 1), st.text(max_size=6))
values = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-(2**64), 2**64 - 1),
        st.binary(max_size=40),
        st.text(max_size=40),
    ),
    lambda inner: st.one_of(st.lists(inner, max_size=6), st.dictionaries(keys, inner, max_size=6)),
    max_leaves=25,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(value=values)
def test_round_trip_with_another_implementation(mp, value):
    try:
        assert mp.call(DECODE, cbor2.dumps(value)) == value
    except DeviceError as error:
        assert "nested too deep" in error.text
        return
    ours = mp.call(ENCODE, value)
    assert cbor2.loads(ours) == value
    assert ours == cbor2.dumps(value, canonical=True) or len(ours) == len(cbor2.dumps(value, canonical=True))


def test_map_keys_are_written_in_the_order_of_their_bytes(mp):
    # RFC 8949, 4.2.1: 10 before 100 before -1 before "z" before "aa".
    assert mp.call(ENCODE, {"aa": 4, -1: 3, 100: 2, "z": 3, 10: 1}) == bytes.fromhex(
        "a50a011864022003617a0362616104"
    )


@pytest.mark.parametrize(
    "encoding, why",
    [
        ("", "nothing"),
        ("18", "head without argument"),
        ("1c", "reserved"),
        ("1d", "reserved"),
        ("1e", "reserved"),
        ("1f", "integer of indefinite length"),
        ("3f", "integer of indefinite length"),
        ("df00", "tag of indefinite length"),
        ("ff", "break alone"),
        ("0000", "bytes after the value"),
        ("41", "string shorter than its length"),
        ("5bffffffffffffffff00", "length that lies"),
        ("7b7fffffffffffffff00", "length that lies"),
        ("9bffffffffffffffff00", "length that lies"),
        ("9a7fffffff00", "length that lies"),
        ("bb7fffffffffffffff0000", "length that lies"),
        ("baffffffff0000", "length that lies"),
        ("8201", "array shorter than its length"),
        ("a101", "map without value"),
        ("a1", "empty map that lies"),
        ("9f01", "no break"),
        ("bf0102", "no break"),
        ("bf01ff", "break in place of a value"),
        ("82ff01", "break in an array of known length"),
        ("a1ff01", "break in a map of known length"),
        ("c1ff", "break in a tag"),
        ("5f6161ff", "text in an indefinite byte string"),
        ("7f4161ff", "bytes in an indefinite text"),
        ("5f5f4100ffff", "indefinite piece"),
        ("5f5c00ff", "reserved length of a piece"),
        ("5f5affffffff00ff", "piece with a length that lies"),
        ("7f62c3ff", "piece longer than the rest"),
        ("7f61c361bcff", "character cut between two pieces"),
        ("62c080", "over-long UTF-8"),
        ("63eda080", "surrogate"),
        ("61ff", "no UTF-8"),
        ("a201020103", "key twice"),
        ("a20102180103", "key twice, once in a longer form"),
        ("a2616101616102", "text key twice"),
        ("bf01020103ff", "key twice"),
        ("a141000141", "bytes after the map"),
        ("a241610161610200", "mixed keys"),
        ("a2416101616102", "text and byte keys"),
        ("a1f501", "boolean key"),
        ("a1f93c0001", "float key"),
        ("a18001", "array as key"),
        ("a1c10101", "tagged key"),
        ("a1f601", "null key"),
        ("f800", "simple value in a long form"),
        ("f814", "false in a long form"),
        ("f81f", "simple value in a long form"),
        ("fc", "reserved"),
        ("fd", "reserved"),
        ("fe", "reserved"),
        ("f97c", "short float"),
        ("fb00000000000000", "short float"),
    ],
)
def test_malformed(mp, encoding, why):
    with pytest.raises(DeviceError) as caught:
        mp.call(DECODE, bytes.fromhex(encoding))
    assert caught.value.kind in ("ValueError", "UnicodeError"), why


@pytest.mark.parametrize("opening", [b"\x81", b"\x9f", b"\xa1\x00", b"\xbf\x00", b"\xc1", b"\xd8\x3d"])
def test_depth_is_bounded(mp, opening):
    closing = b"\xff" if opening[0] in (0x9F, 0xBF) else b""
    for depth in (1, 10, 11):
        mp.call(DECODE, opening * depth + b"\x00" + closing * depth)
    for depth in (12, 13, 100, 5000):
        with pytest.raises(DeviceError) as caught:
            mp.call(DECODE, opening * depth + b"\x00" + closing * depth)
        assert caught.value.kind == "ValueError"
        with pytest.raises(DeviceError):
            mp.call(DECODE, opening * depth)


def test_the_number_of_items_is_bounded(mp):
    assert len(mp.call(DECODE, cbor2.dumps([0] * 2047))) == 2047
    for hostile in (
        cbor2.dumps([0] * 2048),
        cbor2.dumps(dict.fromkeys(range(1024))),
        b"\x5f" + b"\x40" * 3000 + b"\xff",
        b"\x9f" + b"\x60" * 3000 + b"\xff",
    ):
        with pytest.raises(DeviceError) as caught:
            mp.call(DECODE, hostile)
        assert caught.value.kind == "ValueError"


def test_every_truncation_is_refused(mp):
    value = {1: "DE", 4: 1.5, 6: [b"bytes" * 9, {"nested": "é"}], -260: {1: cbor2.CBORTag(0, "2021-01-01")}}
    data = cbor2.dumps(value)
    for end in range(len(data)):
        with pytest.raises(DeviceError) as caught:
            mp.call(DECODE, data[:end])
        assert caught.value.kind in ("ValueError", "UnicodeError")


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(mp, data):
    try:
        mp.call(DECODE, data)
    except DeviceError as error:
        assert error.kind in ("ValueError", "UnicodeError")


@pytest.mark.parametrize("value", [2**64, -(2**64) - 1])
def test_integers_beyond_64_bits_are_not_written(mp, value):
    with pytest.raises(DeviceError):
        mp.call(ENCODE, value)


def test_values_without_a_form_are_not_written(mp):
    for source in ("object()", "{1.5}", "[[[[[[[[[[[[[[]]]]]]]]]]]]]]"):
        with pytest.raises(DeviceError) as caught:
            mp.run(f"from scanner.codec.cbor import encode\nencode({source})")
        assert caught.value.kind == "ValueError"
