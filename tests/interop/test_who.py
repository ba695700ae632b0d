"""WHO's sample texts and live lists: the envelope is the EU's, the content is named, and nothing here is a PASS."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from harness.certificates import judge
from harness.x509keys import record_of

LISTS = ("prod-DCC.did.json.gz", "uat-all.did.json.gz", "dev-all.did.json.gz", "dev-v1.did.json.gz")


def samples(corpora: Path) -> dict[str, str]:
    folder = corpora / "who" / "samples"
    return {
        path.stem: path.read_text(encoding="utf-8")
        for path in sorted(folder.glob("*.txt"))
        if "Unpacked" not in path.stem
    }


def certificates(value: Any) -> Iterator[dict[str, Any]]:
    """Every JWK with a certificate in a DID document, however deep it stands."""
    if isinstance(value, dict):
        if "x5c" in value and "kid" in value:
            yield value
        for each in value.values():
            yield from certificates(each)
    elif isinstance(value, list):
        for each in value:
            yield from certificates(each)


def keys(corpora: Path) -> list[dict[str, Any]]:
    """Key records of all lists, of test lists as such; certificates that hold no such key are left out."""
    found = []
    for name in LISTS:
        path = corpora / "who" / "trustlists" / name
        if not path.exists():
            continue
        source = {"prod": "PROD", "uat-": "UAT", "dev-": "DEV"}[name[:4]]
        for jwk in certificates(json.loads(gzip.decompress(path.read_bytes()))):
            try:
                chain = jwk["x5c"]
                record = record_of(
                    base64.b64decode(chain[0] if isinstance(chain, list) else chain), "ZZ", source
                )
            except (ValueError, TypeError, KeyError):
                continue
            if record["kind"] in ("P-256", "P-384", "RSA"):
                found.append(record | {"kid": base64.b64decode(jwk["kid"])})
    return found


def test_samples_are_named_and_none_passes(mp, corpora, capsys):
    texts = samples(corpora)
    assert texts
    records = keys(corpora)
    with capsys.disabled():
        print(f"\n{mp.name}: WHO's samples against {len(records)} keys of its lists")
        for name, text in texts.items():
            kid = judge(mp, text, [])["detail"]
            matching = [record for record in records if record["kid"].hex() == kid]
            verdict = judge(mp, text, matching, now=1_726_100_000)
            form = verdict["claims"]["form"] if verdict["claims"] else ""
            print(f"  {name:<20} {len(matching)} keys  {verdict['code']:<20} {form} {verdict['detail']}")
            assert verdict["verdict"] != 0
            if name.startswith("DIVOC"):
                assert verdict["code"] == "unsupported_system"
            elif matching:
                assert verdict["code"] not in (
                    "internal_fault",
                    "bad_cbor",
                    "bad_claims",
                    "bad_content",
                    "bad_envelope",
                )
            else:
                assert verdict["code"] == "unknown_issuer"


@pytest.mark.parametrize("name", ["DVCTestQR3", "DVCTestQR2", "DVCTestQR"])
def test_yellow_cards_are_read_where_their_key_is_known(mp, corpora, name):
    text = samples(corpora).get(name)
    if text is None:
        pytest.skip("not in this part of the corpus")
    verdict = judge(
        mp, text, [record for record in keys(corpora) if record["source"] == "DEV"], now=1_726_100_000
    )
    expected = {"DVCTestQR3": "test_issuer", "DVCTestQR2": "bad_signature", "DVCTestQR": "unknown_issuer"}[
        name
    ]
    assert verdict["code"] in (expected, "no_rules_for_kind" if expected == "test_issuer" else expected)
