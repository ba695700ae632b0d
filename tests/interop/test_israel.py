"""The Israeli ministry's samples, in HC1 and in the older form, verify with the keys that it published."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from harness.certificates import judge
from harness.samples import agrees, look
from harness.samples_israel import samples
from harness.x509keys import record_of


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    "when, expected",
    [
        ("2021-12-01", {"ok"}),
        ("2021-01-01", {"not_yet_valid", "vaccination_in_future"}),
        ("2022-06-01", {"expired"}),
    ],
)
def test_hc1_samples(mp, corpora, when, expected):
    record = record_of((corpora / "israel" / "keys" / "IL-NB-DSC-01.der").read_bytes(), "IL")
    assert record["kid"].hex() == "712ff0a2ed20fe9a"
    assert record["usage"] == 7
    paths = sorted((corpora / "israel" / "hc1").glob("*.txt"))
    assert paths
    for path in paths:
        verdict = judge(mp, path.read_text(encoding="utf-8"), [record], now=at(when))
        assert verdict["code"] in expected, path.name
        assert verdict["claims"]["issuer"] == "IL"
        assert any("\u05d0" <= letter <= "\u05ea" for letter in verdict["claims"]["family"])
        assert verdict["claims"]["family_ascii"].isascii()


def test_every_sample_verifies(mp, corpora):
    rows = list(samples(corpora))
    assert {row.expected for row in rows if row.says == "valid"} == {"ok", "no_rules_for_kind"}
    assert {row.expected for row in rows if row.says == "altered"} == {"bad_signature"}
    for sample in rows:
        outcome = look(mp, sample)
        assert agrees(sample, outcome), (sample.name, outcome)
        if sample.says == "valid":
            assert outcome.claims is not None and outcome.claims["issuer"] == "IL"


def test_the_older_form_is_read(mp, corpora):
    found = {}
    for sample in samples(corpora):
        if sample.expected == "no_rules_for_kind":
            claims = look(mp, sample).claims
            assert claims is not None
            found[sample.name] = claims
            assert claims["facts"]["document"]
            assert claims["kind"] == "recovery" or claims["facts"]["product"] == "EU/1/20/1528"
    assert {claims["kind"] for claims in found.values()} == {"vaccination", "recovery"}
    recovery = next(claims for claims in found.values() if claims["kind"] == "recovery")
    assert (recovery["facts"]["valid_from"], recovery["facts"]["valid_until"]) == ("2021-01-28", "2021-06-30")


def test_expired_keys_are_for_the_policy(mp, corpora):
    sample = next(each for each in samples(corpora) if each.expected == "no_rules_for_kind")
    later = at("2026-01-01")
    unending = [key | {"not_after": later + 1} for key in sample.keys]
    text = sample.frames[0]
    assert judge(mp, text, unending, now=later)["code"] == "expired"
    strict = {"reject_expired_keys": True}
    ended = [key | {"not_after": at("2021-05-01")} for key in sample.keys]
    assert judge(mp, text, ended, now=sample.now, policy=strict)["code"] == "key_expired"
    assert judge(mp, text, ended, now=sample.now)["code"] == "no_rules_for_kind"
