"""Mutations of every other scheme through the whole path: none passes, none is a fault of ours, none hangs.

A longer run: GATEPOST_MUTANTS=20000 pytest tests/interop/test_scheme_mutations.py
"""

from __future__ import annotations

import os

import pytest
from harness.certificates import codes
from harness.mutations import KEYS, SUBJECTS, mutants

COUNT = int(os.environ.get("GATEPOST_MUTANTS", "200"))


@pytest.mark.timeout(3600 if COUNT > 1000 else 120)
@pytest.mark.parametrize("scheme", SUBJECTS)
def test_no_mutant_passes(mp, scheme):
    count = COUNT if mp.name == "64-bit" else COUNT // 2
    found: set[str] = set()
    for start in range(0, count, 100):
        texts = mutants(scheme, min(100, count - start), start)
        for text, (verdict, code) in zip(texts, codes(mp, texts, KEYS), strict=True):
            assert verdict != 0, text
            assert code != "internal_fault", text
            found.add(code)
    # Some are genuine whatever was twisted, and are told apart.
    assert len(found) > 4
