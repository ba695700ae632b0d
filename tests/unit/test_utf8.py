"""UTF-8 as strict as CPython's, over every kind of wrong form."""

from __future__ import annotations

import random

import pytest
from harness.interpreter import DeviceError

TEXT = "scanner.codec.utf8:text"
MANY = """
from scanner.codec.utf8 import text
result = []
for each in data:
    try:
        text(each)
        result.append(True)
    except ValueError:
        result.append(False)
"""


def right(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def test_texts_of_every_width_come_back(mp):
    for text in ("", "A", "ß", "שלום", "ñ€", "😀", "\ud7ff\ue000\U0010ffff\x7f\x80"):
        assert mp.call(TEXT, text.encode()) == text


@pytest.mark.parametrize(
    "data",
    [
        b"\xc0\x80",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\x80",
        b"\xe2\x82",
        b"\xf8\x88\x80\x80\x80",
        b"A\xff",
    ],
)
def test_other_forms_are_refused(mp, data):
    with pytest.raises(DeviceError) as caught:
        mp.call(TEXT, data)
    assert caught.value.kind in ("ValueError", "UnicodeError")


def test_the_same_answer_as_another_implementation(mp):
    draw = random.Random(8)
    edges = [
        0x00,
        0x7F,
        0x80,
        0x8F,
        0x90,
        0x9F,
        0xA0,
        0xBF,
        0xC1,
        0xC2,
        0xDF,
        0xE0,
        0xE1,
        0xED,
        0xEF,
        0xF0,
        0xF4,
        0xF5,
    ]
    samples = [bytes((lead, follow)) for lead in range(256) for follow in edges]
    samples += [bytes(draw.choice(edges) for _ in range(draw.randint(3, 6))) for _ in range(3000)]
    answers = mp.run(MANY, data=samples)
    wrong = [sample for sample, answer in zip(samples, answers, strict=True) if answer != right(sample)]
    assert not wrong
    assert True in answers[256 * len(edges) :]
