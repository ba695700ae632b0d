"""The public VDS-NC: intact, by a signer of an authority nobody published; with another authority's name, still not."""

from __future__ import annotations

import json

from harness.samples import agrees, look
from harness.samples_vdsnc import CLOCK, samples
from harness.seals import authority_record


def test_every_sample(mp, corpora):
    rows = list(samples(corpora))
    assert rows
    for sample in rows:
        outcome = look(mp, sample)
        assert outcome.verdict == 2
        assert agrees(sample, outcome), (sample.name, outcome)


def test_what_is_known_of_its_signer_is_said(mp, corpora):
    sample = next(samples(corpora))
    header = json.loads(sample.frames[0])["data"]["hdr"]
    assert look(mp, sample).detail.startswith(header["is"] + ", ")


def test_an_authority_under_the_same_key_id_does_not_vouch_for_it(mp, corpora):
    from dataclasses import replace

    sample = next(samples(corpora))
    identifier = bytes.fromhex(look(mp, sample).detail.split(", ")[1])
    for which in ("P-256", "RSA"):
        key = authority_record(which) | {"kid": identifier, "country": "AU", "participant": "AUS"}
        outcome = look(mp, replace(sample, keys=[key], now=CLOCK))
        assert (outcome.code, outcome.detail) == ("bad_signer", "not signed by its authority")
