"""WHO's samples as the table of every scheme has them."""

from __future__ import annotations

from harness.samples import agrees, look
from harness.samples_who import samples


def test_every_sample(mp, corpora):
    for sample in samples(corpora):
        outcome = look(mp, sample)
        assert outcome.verdict != 0
        assert agrees(sample, outcome), (sample.name, outcome)
