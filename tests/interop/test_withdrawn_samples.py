"""Every public sample that a scanner verifies can be withdrawn by its text: what the host makes of the text is what the
scanner looks up."""

from __future__ import annotations

import pytest
from gatepost.revocation.identifiers import of_certificate
from harness.samples import LOOK
from harness.scheme_table import SYSTEMS

LOOKED_UP = """
def looked_up(frames, keys, now):
    claims = last(frames, keys, now).claims
    if claims is None:
        return None
    kid = bytes(claims.key.kid)
    return claims.scheme, [(kind, digest, kid if kind == "RID" else b"") for kind, digest in claims.revocation_ids]
"""
# At least so many of them verify, so that an empty corpus is not taken for agreement.
VERIFIED = {"DCC": 150, "SHC": 30, "Israel": 7, "WHO": 0, "VDS-NC": 0}


@pytest.mark.parametrize("system", VERIFIED)
def test_what_is_made_of_a_samples_text_withdraws_it(mp, corpora, system):
    verified = 0
    for sample in SYSTEMS[system][0].samples(corpora):
        if not sample.frames:
            continue
        found = mp.run(
            LOOK + LOOKED_UP + "result = looked_up(frames, keys, now)", "withdrawn samples",
            frames=list(sample.frames), keys=sample.keys, now=sample.now,
        )  # fmt: skip
        if found is None:
            continue
        verified += 1
        scheme, ids = found
        text = "\n".join(each.decode() for each in sample.frames)
        made = of_certificate(text)
        assert {(each.kind, each.digest, each.kid) for each in made} <= {tuple(each) for each in ids}, (
            sample.name
        )
        assert made[-1].kind == "SIGNATURE" and all(each.scheme == scheme for each in made), sample.name
        # What has a number is found by it as well.
        kinds = {kind for kind, _, _ in ids}
        assert "UCI" not in kinds or made[0].kind == "UCI", sample.name
    assert verified >= VERIFIED[system]
