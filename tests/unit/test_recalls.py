"""Recalled batches: a vaccination from one of them shows nothing, whatever its card says, and the reason is its own."""

from __future__ import annotations

import copy
from datetime import UTC, datetime

import cbor2
import pytest
from gatepost.errors import GatepostError
from gatepost.issue import israel
from gatepost.policy.compiling import compile_policy
from gatepost.policy.explaining import explain
from gatepost.policy.source import plain_batch, read_source
from harness.cards import bundle, card, card_record, patient, vaccinated
from harness.certificates import NOW, STAND_INS, codes_by, issue, negative_test, p256, record
from harness.seals import VACCINATED, authority_record, seal

POLICY = """
name = "Gate"
use = ["codes.toml", "who-products.toml", "recalls.toml"]
admit = ["vaccinated", "tested"]
[settings]
without_expiry = ["SMART Health Card", "WHO DVC"]
[proof.vaccinated]
says = "a vaccination"
kinds = ["vaccination"]
when = ["product is one of comirnaty, yellow-fever", "date at least 10 days ago"]
[proof.tested]
says = "a test"
kinds = ["test"]
when = ["result is negative"]
[[recall]]
batches = ["ALL-1"]
"""
RECALLS = """
[[recall]]
product = "XM0N24"
batches = ["YF-0066", "YF 0067"]
[[recall]]
product = "comirnaty"
batches = ["PF-1"]
"""


@pytest.fixture
def source(tmp_path):
    (tmp_path / "recalls.toml").write_text(RECALLS)
    (tmp_path / "gate.toml").write_text(POLICY)
    return read_source(tmp_path / "gate.toml")


def yellow_card(batch, **changes):
    payload = {
        "n": "Zoe",
        "dob": "1980-02-29",
        "v": {"vp": "XM0N24", "dt": "2021-05-01", "bo": batch} | changes,
    }
    return issue(payload, sub_claim=-6, expires=None)


def immunization(date, batch):
    return vaccinated(occurrenceDateTime=date, lotNumber=batch)["entry"][1]["resource"]


def test_every_way_to_write_a_batch_and_every_scheme(mp, source):
    one = card(bundle(patient(), immunization("2021-05-01", "pf1")))
    both = card(bundle(patient(), immunization("2021-05-01", "PF-1"), immunization("2021-06-01", "PF-2")))
    wanted = [
        (yellow_card("YF-0042"), "ok"),
        (yellow_card("YF-0066"), "batch_recalled"),
        (yellow_card(" yf 0066 "), "batch_recalled"),
        (yellow_card("YF_0067"), "batch_recalled"),
        (yellow_card("YF-0066A"), "ok"),
        (yellow_card("YF-0066", vp=None), "batch_recalled"),  # of a product that it does not name
        (yellow_card("YF-0042", vp=None), "rules_not_met"),
        (yellow_card("PF-1"), "ok"),  # recalled of another product
        (yellow_card("all1"), "batch_recalled"),  # of any product
        (yellow_card("\u0661"), "ok"),
        (yellow_card("YF-\u0660\u0660\u06f6\u06f6"), "batch_recalled"),
        (yellow_card("ＹＦ-００６６"), "batch_recalled"),
        (yellow_card("ｙｆ００６６"), "batch_recalled"),
        (yellow_card("批号YF-0066"), "batch_recalled"),
        (yellow_card("批号"), "rule_undecided"),  # neither this batch nor another
        (yellow_card("-"), "rule_undecided"),
        (yellow_card(" "), "ok"),
        (yellow_card("-", vp="XM0N50"), "rules_not_met"),
        (yellow_card("YF-0066", vp="STAMARIL"), "batch_recalled"),  # of a product that nobody here knows
        (yellow_card("YF-0066", vp="xm0n24"), "batch_recalled"),
        (yellow_card("YF-0066", vp="EU/1/20/1528"), "ok"),
        (yellow_card(""), "ok"),
        (yellow_card(66), "ok"),
        (yellow_card("YF-0066", vp="YellowFeverProductd2c75a15ed309658b3968519ddb31690"), "batch_recalled"),
        (yellow_card("YF-0066", dt="2021-08-01"), "vaccination_in_future"),
        (one, "batch_recalled"),
        (both, "ok"),  # the other dose counts, as the first
        (issue(negative_test()), "ok"),
    ]
    mp.run(STAND_INS, space="recalls")
    found = mp.run(
        "mine = read_policy(part)\ntrust = Trust(keys)\n"
        "verdicts = [judge(text, trust, Clock(now), mine) for text in texts]\n"
        "result = [(each.verdict, each.code, each.detail) for each in verdicts]",
        space="recalls",
        part=compile_policy(source)["policy"],
        keys=[record(p256()), card_record()],
        texts=[text for text, _ in wanted],
        now=NOW,
    )
    assert [code for _, code, _ in found] == [code for _, code in wanted]
    assert found[1] == (2, "batch_recalled", "batch YF-0066")
    assert all(verdict == 2 for verdict, code, _ in found if code == "batch_recalled")


COUNTED = """
name = "Gate"
use = ["codes.toml"]
admit = ["vaccinated"]
[settings]
without_expiry = ["SMART Health Card", "ICAO VDS-NC"]
[proof.vaccinated]
says = "SAYS"
kinds = ["vaccination"]
when = ["product is comirnaty", "dose >= LEAST"]
[[recall]]
product = "comirnaty"
batches = ["PF-1"]
"""


@pytest.mark.parametrize("least", [1, 2, 3])
def test_a_recalled_dose_is_not_counted(mp, tmp_path, least):
    """[(day, batch) of each dose], and how many of them count."""
    cases = [
        ([("2021-04-20", "PF-0"), ("2021-05-20", "PF-2")], 2),
        ([("2021-04-20", "PF-1"), ("2021-05-20", "PF-2")], 1),
        ([("2021-04-20", "PF-2"), ("2021-05-20", "pf 1")], 1),
        ([("2021-04-20", "PF-2"), ("2021-05-20", "PF-1"), ("2021-06-20", "PF-3")], 2),
        ([("2021-04-20", "PF-1"), ("2021-05-20", "PF-1")], 0),
        ([("2021-04-20", "PF-1"), ("2021-04-20", "PF-l"), ("2021-05-20", "PF-2")], 1),
        ([("2021-04-20", "PF-1"), ("2021-04-20", "PF-2")], 0),
        ([("2021-04", "PF-1"), ("2021-04-20", "PF-2")], 0),
    ]
    cards = [card(bundle(patient(), *(immunization(*dose) for dose in doses))) for doses, _ in cases]
    expected = ["ok" if left >= least else "batch_recalled" for _, left in cases]
    expected[0] = "ok" if least <= 2 else "rules_not_met"
    path = tmp_path / "gate.toml"
    path.write_text(COUNTED.replace("LEAST", str(least)))
    assert codes(mp, compile_policy(read_source(path)), cards) == expected


@pytest.mark.parametrize("lots, least, expected", [
    (("PF-0", "PF-2"), 2, "ok"),
    (("PF-1", "PF-2"), 2, "batch_recalled"),
    (("PF-1", "PF-2"), 1, "ok"),
    (("PF-0", "PF-1"), 2, "batch_recalled"),
    (("PF-0", "PF-1"), 1, "ok"),
    (("PF-1", "PF-1"), 1, "batch_recalled"),
])  # fmt: skip
def test_nor_is_it_in_a_seal(mp, tmp_path, lots, least, expected):
    message = copy.deepcopy(VACCINATED)
    for dose, lot in zip(message["ve"][0]["vd"], lots, strict=True):
        dose["lot"] = lot
    path = tmp_path / "gate.toml"
    path.write_text(COUNTED.replace("LEAST", str(least)))
    assert codes(mp, compile_policy(read_source(path)), [seal(message)]) == [expected]


@pytest.mark.parametrize(
    "lots, least, expected",
    [
        (("PF-0", "PF-2"), 2, "ok"),
        (("PF-1", "PF-2"), 2, "batch_recalled"),
        (("PF-1", "PF-2"), 1, "ok"),
        (("PF-0", "PF-1"), 1, "ok"),
        (("PF-1", "PF-1"), 1, "batch_recalled"),
    ],
)
def test_nor_is_it_in_a_green_pass(mp, tmp_path, lots, least, expected):
    given = zip(("2021-05-02", "2021-05-30"), lots, strict=True)
    doses = {f"d{at + 1}": {"d": day, "vc": "208", "vb": lot} for at, (day, lot) in enumerate(given)}
    content = israel.sample("vaccination", p256(), datetime.fromtimestamp(NOW, UTC)) | doses
    path = tmp_path / "gate.toml"
    path.write_text(COUNTED.replace("LEAST", str(least)))
    assert codes(mp, compile_policy(read_source(path)), [israel.issue_israel(content, p256())]) == [expected]


def codes(mp, parts, texts):
    keys = [
        record(p256()),
        card_record(),
        authority_record(),
        record(p256(), scheme="IL", kid=b"IL/P-256", country="IL"),
    ]
    return codes_by(mp, parts["policy"], texts, keys)


def test_lists_of_several_files_are_joined(source):
    recalls = cbor2.loads(compile_policy(source)["policy"])["recalls"]
    assert recalls == {
        "ALL1": [""],
        "YF0066": ["yellow-fever"],
        "YF0067": ["yellow-fever"],
        "PF1": ["comirnaty"],
    }
    said = "\n".join(explain(source))
    assert "Recalled, and refused: yellow-fever of YF-0066, YF 0067" in said
    assert "Recalled, and refused: any product of ALL-1" in said


@pytest.mark.parametrize(
    "text", ["YF-0066", "ｙｆ－００６６", "批号 YF 00\u06f6\u0666", "-", "批", "Ⅳ", "ß1", "İ"]
)
def test_the_scanner_and_the_policy_write_a_batch_alike(mp, text):
    assert mp.call("scanner.rules.proofs:plain_batch", text) == plain_batch(text)


@pytest.mark.parametrize(
    "text, words",
    [
        ('[recall]\nbatches = ["A"]', "recalls are tables like"),
        ("[[recall]]\nproduct = 'x'", "batches is a list of texts"),
        ("[[recall]]\nbatches = ['--']", "neither letters nor digits"),
        ("[[recall]]\nproduct = 1\nbatches = ['A']", "product is a text"),
        ("[[recall]]\nlots = ['A']", "no member 'lots'"),
    ],
)
def test_what_is_wrong_is_said(tmp_path, text, words):
    (tmp_path / "recalls.toml").write_text(text)
    (tmp_path / "gate.toml").write_text(POLICY)
    with pytest.raises(GatepostError, match=words.replace("[", r"\[")):
        read_source(tmp_path / "gate.toml")


@pytest.mark.parametrize("recalls", [7, [], {"A": "x"}, {"A": [1]}, {1: [""]}])
def test_a_misshapen_list_damages_the_policy(mp, source, recalls):
    part = cbor2.loads(compile_policy(source)["policy"]) | {"recalls": recalls}
    assert (
        mp.run(
            "from scanner.rules.policy_parts import read_policy\n"
            "try:\n    read_policy(part)\n    result = 'read'\nexcept ValueError:\n    result = 'ValueError'",
            part=cbor2.dumps(part),
        )
        == "ValueError"
    )
