"""Cards in several codes: any order, nothing mixed, nothing kept."""

from __future__ import annotations

import itertools

import pytest
from gatepost.issue import shc
from harness.cards import ISSUER, card, card_record, vaccinated
from harness.certificates import NOW, STAND_INS, p256
from harness.interpreter import DeviceError

SETUP = (
    STAND_INS
    + """
from scanner.look import choose
from scanner.credentials.shc_parts import Parts, chunk

class Symbol:
    structured_append = None
    def __init__(self, payload):
        self.payload = payload

def looks(frames, keys, now):
    # Code, detail and progress of each frame's verdict.
    parts = Parts()
    trust = Trust(keys)
    found = []
    for frame in frames:
        verdict, symbol = choose([Symbol(text) for text in frame], trust, Clock(now), ANY, parts)
        found.append((None, "", None) if verdict is None else (verdict.code, verdict.detail, parts.progress))
    return found
"""
)


def looks(mp, frames):
    frames = [[text.encode() if isinstance(text, str) else text for text in frame] for frame in frames]
    return mp.run(
        SETUP + "result = looks(frames, keys, now)", "parts", frames=frames, keys=[card_record()], now=NOW
    )


def chunks(size: int, family: str = "Anyperson") -> list[str]:
    content = vaccinated()
    content["entry"][0]["resource"]["name"][0]["family"] = family
    return shc.texts(shc.issue_shc(content, p256(), ISSUER, issued=NOW - 9), size)


def codes(mp, frames):
    return [code for code, _, _ in looks(mp, frames)]


def test_any_order(mp):
    texts = chunks(200)
    assert len(texts) == 4
    for order in itertools.permutations(texts):
        found = looks(mp, [[text] for text in order])
        assert [code for code, _, _ in found] == ["part_of_several"] * 3 + ["no_rules_for_kind"]
        assert [detail for _, detail, _ in found[:3]] == ["1 of 4", "2 of 4", "3 of 4"]
        assert found[3][2] is None


def test_several_in_one_frame_and_a_chunk_seen_twice(mp):
    texts = chunks(200)
    assert codes(mp, [texts]) == ["no_rules_for_kind"]
    found = looks(mp, [[texts[2]], [texts[2]], [texts[2], texts[0]], [texts[3], texts[1]]])
    assert [detail for _, detail, _ in found] == ["1 of 4", "1 of 4", "2 of 4", ""]
    assert found[2][2] == (True, False, True, False)
    assert found[3][0] == "no_rules_for_kind"


def test_the_card_on_the_screen_is_not_collected_again(mp):
    texts = chunks(300)
    found = codes(mp, [[text] for text in texts] + [[texts[0]], [texts[1], texts[0]]])
    assert found[len(texts) :] == [None, None]
    # Beside it, another certificate is judged.
    assert codes(mp, [texts, [texts[0], card()]])[1] == "no_rules_for_kind"


def test_totals_are_not_mixed(mp):
    three, four = chunks(300), chunks(200)
    assert len(three) != len(four)
    assert codes(mp, [[three[0], four[1]]]) == ["parts_differ"]
    found = looks(mp, [[three[0]], [three[1]], [four[0]], [three[2]]])
    assert [detail for _, detail, _ in found] == [
        f"1 of {len(three)}",
        f"2 of {len(three)}",
        "1 of 4",
        f"1 of {len(three)}",
    ]


def test_another_chunk_under_a_known_number_starts_anew(mp):
    one, other = chunks(300, "Anyperson"), chunks(300, "Someother")
    assert len(one) == len(other)
    found = looks(mp, [[one[0]], [one[1]], [other[0]]])
    assert found[2][1] == f"1 of {len(one)}"


def test_parts_of_two_cards_make_none(mp):
    one, other = chunks(300, "Anyperson"), chunks(300, "Someother")
    last = codes(mp, [[one[0]], *[[text] for text in other[1:]]])[-1]
    assert last not in ("ok", "no_rules_for_kind", "internal_fault")


@pytest.mark.parametrize(
    "text, code",
    [
        ("shc:/0/2/4444", "bad_text"),
        ("shc:/3/2/4444", "bad_text"),
        ("shc:/1/2/444", "bad_text"),
        ("shc:/1/0/4444", "bad_text"),
        ("shc:/1/2", "bad_text"),
        ("shc:/1/2/44/44", "bad_text"),
        ("shc:/x/2/4444", "bad_text"),
        ("shc:/-1/2/4444", "bad_text"),
        ("shc:/1/33/4444", "too_large"),
        ("shc:/1/9999999999/44", "too_large"),
        ("shc:/1/2/" + "4" * 16002, "too_large"),
        ("shc:/1/2/", "part_of_several"),
    ],
)
def test_chunks_that_are_none(mp, text, code):
    assert codes(mp, [[text]]) == [code]


def test_all_chunks_together_are_bounded(mp):
    texts = [f"shc:/{number}/4/" + f"{number}4" * 2500 for number in (1, 2, 3, 4)]
    assert codes(mp, [[text] for text in texts]) == ["part_of_several"] * 3 + ["too_large"]


def test_nothing_is_kept(mp):
    kept = mp.run(
        SETUP
        + """
parts = Parts()
parts.add(1, 3, b"4445")
held = parts._chunks[0]
before = bytes(held)
parts.add(1, 2, b"4646")
mid = bytes(held)
held = parts._chunks[0]
parts.forget()
result = before, mid, bytes(held), parts.progress
""",
        "parts",
    )
    assert kept == (b"4445", bytes(4), bytes(4), None)


def test_chunks_beside_a_forged_certificate_gain_nothing(mp):
    texts = chunks(300)
    forged = card(signature=lambda good: good[::-1])
    assert codes(mp, [[texts[0], forged]]) == ["bad_signature"]
    assert codes(mp, [[*texts, forged]]) == ["bad_signature"]


def test_the_judge_alone_says_that_it_is_a_part(mp):
    with pytest.raises(DeviceError, match="part_of_several"):
        mp.call("scanner.credentials.registry:open_text", b"shc:/1/2/4444", None, NOW)
