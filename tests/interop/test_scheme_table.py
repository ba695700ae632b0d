"""The table of every scheme and sample, as tests/bench/schemes.py prints it: nothing is left out or unexplained."""

from __future__ import annotations

import json

import pytest
from harness.samples import genuine, look
from harness.scheme_table import SYSTEMS, account, settled, valid


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_sample_is_settled_and_every_row_accounted_for(mp, corpora, system):
    module, corpus = SYSTEMS[system]
    samples = list(module.samples(corpora))
    assert samples
    wrong = []
    passed = 0
    for sample in samples:
        outcome = look(mp, sample)
        if not settled(sample, outcome):
            wrong.append((sample.name, sample.says, sample.expected, outcome.code, outcome.detail))
        if outcome.verdict == 0:
            passed += 1
            assert genuine(outcome) and (valid(sample) or sample.why), sample.name
    assert not wrong
    rows = json.loads((corpora / "index.json").read_text(encoding="utf-8"))["corpora"][corpus]
    lost, aside = account(rows, samples, module)
    assert not lost
    assert sum(aside.values()) < len(rows)


def test_what_is_false_is_refused_for_the_reason_that_its_source_gives(mp, corpora):
    """Of the EU's cases: the reason names the step whose flag is false."""
    module, _ = SYSTEMS["DCC"]
    reasons = {
        "unprefix": {"not_a_certificate", "unsupported_system"},
        "b45decode": {"bad_base45"},
        "compression": {"bad_compression"},
        "decode": {"bad_claims"},
        "verify": {"bad_signature", "unknown_issuer", "bad_cbor"},
        "keyusage": {"wrong_key_usage"},
        "expirationcheck": {"expired", "not_yet_valid"},
        "schemavalidation": {"bad_content", "several_entries", "no_entry"},
    }
    seen = set()
    for sample in module.samples(corpora):
        if sample.says in {"valid", "not picturedecode"}:
            continue
        step = sample.says.removeprefix("not ").split(", ")[0]
        seen.add(step)
        outcome = look(mp, sample)
        assert outcome.code in reasons[step], sample.name
        assert outcome.verdict == 2 or outcome.code == "unsupported_system", sample.name
    assert len(seen) >= 6
