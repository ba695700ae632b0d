"""The Israeli ministry's samples: its HC1 certificates are read, its older format is named."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from harness.certificates import judge
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


def test_the_older_format_is_named(mp, corpora):
    paths = sorted((corpora / "israel").glob("ecdsa/*.txt")) + sorted((corpora / "israel").glob("rsa/*.txt"))
    assert paths
    for path in paths:
        verdict = judge(mp, path.read_bytes(), [])
        assert (verdict["code"], verdict["detail"]) == ("unsupported_system", "Israeli Green Pass"), path.name
