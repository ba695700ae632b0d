"""Strict JSON and its canonical form on MicroPython, held against Python's json: what is read is read the same."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest
from harness.interpreter import DeviceError

HELPER = """
from scanner.codec import strict_json, canonical_json

def plain(value):
    if isinstance(value, strict_json.Number):
        return ("number", value.text, value.floor)
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {key: plain(value[key]) for key in value}
    return value

def all_of(texts):
    found = []
    for text in texts:
        try:
            found.append((True, plain(strict_json.decode(text))))
        except ValueError as error:
            found.append((False, str(error)))
    return found

def canonical(texts):
    return [canonical_json.encode(strict_json.decode(text)) for text in texts]
"""

BAD = [
    b"",
    b" ",
    b"{",
    b"[1,]",
    b"[1 2]",
    b"[,1]",
    b"[01]",
    b"[1.]",
    b"[.5]",
    b"[+1]",
    b"[-]",
    b"[1e]",
    b"[0x1]",
    b"[NaN]",
    b"[Infinity]",
    b"[tru]",
    b"[true1]",
    b"[True]",
    b'{"a":1}x',
    b'{"a":1}{}',
    b'{"a":1,"a":2}',
    b'{"a":1,"\\u0061":2}',
    b'{"a" 1}',
    b"{1:2}",
    b"{a:1}",
    b'{"a":1,}',
    b"['a']",
    b'"a',
    b'"a\nb"',
    b'"\x00"',
    b'"\\x41"',
    b'"\\u12"',
    b'"\\u12g4"',
    b'"\\u+123"',
    b'"\\ud800"',
    b'"\\ude00"',
    b'"\\ud800\\u0041"',
    b'"\\ud800x"',
    b'"\\',
    b'"\xff"',
    b'"\xc0\xaf"',
    b'"\xed\xa0\x80"',
    b"\xef\xbb\xbf{}",
    b"\x00",
    b"nul",
    b"[1]\x00",
    b"/**/1",
    b"\x0b1",
    b"\xa01",
    b"[" * 40 + b"]" * 40,
    b'{"a":' * 40 + b"1" + b"}" * 40,
    b"[" + b"1," * 3000 + b"1]",
]


@pytest.mark.parametrize("text", BAD, ids=range(len(BAD)))
def test_what_is_no_json_is_refused(mp, text):
    with pytest.raises(DeviceError, match="ValueError"):
        mp.call("scanner.codec.strict_json:decode", text)


GOOD = [
    b"0",
    b"-1",
    b' \t\r\n{ "a" : [ 1 , 2 ] , "b" : { } , "c" : [ ] } ',
    b'"\\u00e4\\ud83d\\ude00\\"\\\\\\/\\b\\f\\n\\r\\t"',
    '"ä€😀שלום"'.encode(),
    b"[true,false,null]",
    b'{"":""}',
    b"123456789012345678",
    b'{"e":{"e":{"e":[[[[[[1]]]]]]}}}',
]


@pytest.mark.parametrize("text", GOOD, ids=range(len(GOOD)))
def test_what_is_json_is_read_as_python_does(mp, text):
    assert mp.run(HELPER + "result = all_of([text])", "json", text=text) == [(True, json.loads(text))]


@pytest.mark.parametrize(
    "text, floor",
    [
        ("1622576398.924", 1622576398),
        ("-0.5", -1),
        ("-2.0", -2),
        ("1e3", 1000),
        ("1.5E+2", 150),
        ("12345e-2", 123),
        ("0.000", 0),
        ("-0", 0),
        ("1e-400", 0),
        ("1e400", None),
        ("1e99999999999", None),
        ("12345678901234567890", None),
        ("0e9999", 0),
    ],
)
def test_other_numbers_keep_their_text_and_their_floor(mp, text, floor):
    found = mp.run(HELPER + "result = all_of([text])", "json", text=text.encode())
    assert found == [(True, ("number", text, floor))]


def random_value(draw: random.Random, depth: int = 0) -> Any:
    kind = draw.randrange(8 if depth < 5 else 5)
    if kind == 0:
        return draw.choice((True, False, None))
    if kind in (1, 2):
        return draw.randrange(-(2**53) + 1, 2**53)
    if kind in (3, 4):
        return "".join(
            draw.choice('aZ09 "\\/\b\f\n\r\t\x01\x1f\x7fäß€שñ中\ue000😀') for _ in range(draw.randrange(9))
        )
    if kind in (5, 6):
        return {
            f"{draw.choice('abä€')}{number}": random_value(draw, depth + 1)
            for number in range(draw.randrange(5))
        }
    return [random_value(draw, depth + 1) for _ in range(draw.randrange(5))]


def test_random_values_are_read_as_written(mp):
    draw = random.Random(8259)
    values = [random_value(draw) for _ in range(150)]
    texts = [
        json.dumps(value, ensure_ascii=draw.random() < 0.5, indent=draw.choice((None, 1))).encode()
        for value in values
    ]
    found = mp.run(HELPER + "result = all_of(texts)", "json", texts=texts)
    assert [value for _, value in found] == values


def strict(text: bytes) -> Any:
    """Python's reader, held to the standard."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _ in pairs}) != len(pairs):
            raise ValueError("twice")
        return dict(pairs)

    def never(name: str) -> Any:
        raise ValueError(name)

    value = json.loads(text.decode("utf-8"), object_pairs_hook=once, parse_constant=never)
    json.dumps(value, ensure_ascii=False).encode("utf-8")  # halves of a pair do not encode
    return value


def test_mutations_are_read_where_python_reads_them_and_nowhere_else(mp):
    draw = random.Random(404)
    texts = []
    for _ in range(500):
        text = bytearray(json.dumps(random_value(draw), ensure_ascii=draw.random() < 0.5).encode())
        for _ in range(draw.choice((1, 1, 2, 3))):
            at = draw.randrange(len(text) + 1)
            if draw.random() < 0.5 and at < len(text):
                del text[at : at + draw.choice((1, 1, 2, 5))]
            else:
                text[at:at] = draw.choice(
                    (b"0", b"-", b",", b'"', b"\\", b"\\u", b"{", b"]", b" ", b"e1", b".", b"\xff", b"\n")
                )
        texts.append(bytes(text))
    found = mp.run(HELPER + "result = all_of(texts)", "json", texts=texts)
    accepted = 0
    for text, (good, value) in zip(texts, found, strict=True):
        try:
            expected = strict(text)
        except ValueError:
            assert not good, text
            continue
        assert good, (text, value)
        if "number" not in repr(value):
            assert value == expected, text
            accepted += 1
    assert accepted > 20


# RFC 8785, 3.2.3: the order is that of UTF-16 units.
ORDERED = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7}


def test_the_canonical_form_orders_names_by_their_utf16_units(mp):
    (found,) = mp.run(HELPER + "result = canonical([text])", "json", text=json.dumps(ORDERED).encode())
    names = sorted(ORDERED, key=lambda name: name.encode("utf-16-be"))
    assert names != sorted(ORDERED)
    expected = json.dumps({name: ORDERED[name] for name in names}, ensure_ascii=False, separators=(",", ":"))
    assert found == expected.encode()


def test_canonical_forms_are_those_of_python(mp):
    """Below U+E000 the order of code points is that of UTF-16 units, and json's escapes are the standard's."""
    draw = random.Random(8785)
    values = [random_value(draw) for _ in range(150)]
    texts = [json.dumps(value, indent=2).encode() for value in values]
    expected = [
        json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
        for value in values
    ]
    assert mp.run(HELPER + "result = canonical(texts)", "json", texts=texts) == expected


@pytest.mark.parametrize("text", [b"1.5", b"-0", b"9007199254740992", b"1e2", b"123456789012345678901"])
def test_numbers_without_a_short_form_have_no_canonical_one(mp, text):
    with pytest.raises(DeviceError, match="ValueError"):
        mp.run(HELPER + "result = canonical([text])", "json", text=text)
