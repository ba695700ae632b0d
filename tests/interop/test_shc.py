"""Every public SMART Health Card: what is valid verifies, what is not is refused for its own reason."""

from __future__ import annotations

import base64
import json

import pytest
from gatepost.trust.records import Tally
from gatepost.trust.vci import read_jwks
from harness.samples import agrees, look
from harness.samples_shc import samples


def test_every_sample(mp, corpora):
    rows = list(samples(corpora))
    assert len(rows) >= 40
    wrong = []
    for sample in rows:
        outcome = look(mp, sample)
        assert outcome.verdict != 0, sample.name
        if not agrees(sample, outcome):
            wrong.append((sample.name, sample.says, sample.expected, outcome))
    assert not wrong


def test_what_its_source_calls_invalid_is_refused_unless_a_reason_is_given(mp, corpora):
    for sample in samples(corpora):
        if sample.says == "nothing":
            continue
        valid = sample.says.startswith(("valid", "VERIFIED"))
        refused = sample.expected is not None and sample.expected.startswith(("bad_", "unknown_"))
        assert valid != refused or sample.why, sample.name


@pytest.mark.parametrize(
    "name, reason",
    [
        ("wrong_curve_key.json", "P-384"),
        ("wrong_kty_key.json", "RSA"),
        ("valid_key.json", ""),
        ("valid_keys.json", ""),
    ],
)
def test_keys_of_issuers(corpora, name, reason):
    path = corpora / "shc" / "dev-tools" / name
    if not path.exists():
        pytest.skip("not in this part of the corpus")
    document = json.loads(path.read_text())
    tally = Tally()
    keys = document.get("keys", [document])
    records = read_jwks({"keys": keys}, tally, "PROD", "https://health.example")
    assert bool(records) == (not reason), tally
    if reason:
        assert reason in json.dumps(dict(tally.skipped)) or keys[0]["kty"] == reason


def test_the_older_revocation_identifier_is_that_of_the_specification(mp, corpora):
    """Example 03 is revoked by `hash-fhir` too, under an identifier that its authors published."""
    text = (corpora / "shc" / "spec-examples" / "example-03-c-jws-payload-minified.json").read_text()
    bundle = json.loads(text)["vc"]["credentialSubject"]["fhirBundle"]
    canonical = mp.run(
        "from scanner.codec import canonical_json\nresult = canonical_json.encode(bundle)", bundle=bundle
    )
    rid = mp.call("scanner.credentials.fhir:legacy_rid", canonical)
    assert rid == b"JuTJHwXo2Yc"
    assert len(base64.urlsafe_b64decode(rid + b"=")) == 8
