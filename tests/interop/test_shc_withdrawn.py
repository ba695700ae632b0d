"""The specification's own list of withdrawn cards, imported, on a scanner's flash, and its four example cards."""

from __future__ import annotations

from gatepost.revocation.bundle import build_revocations
from gatepost.revocation.records import Withdrawal
from gatepost.revocation.sources import Options, read_sources
from harness.certificates import STAND_INS
from harness.samples_shc import LATER, samples
from unit.bundle_rig import AUTHORITY, NOW, Rig

JUDGE = (
    STAND_INS
    + """
def verdicts(texts, keys):
    trust = Trust(keys)
    trust.revocations = up.revocations
    return [judge(text, trust, Clock(now)).code for text in texts]
"""
)


def test_the_specifications_examples(mp, corpora):
    """Example 03 names a rid that is listed with the second after its own; it is withdrawn, the others are not."""
    rows = {each.name: each for each in samples(corpora)}
    cards = [
        next(row for name, row in rows.items() if f"example-0{number}-f" in name and len(row.frames) == 1)
        for number in (0, 1, 3)
    ]
    entries, _ = read_sources(
        [corpora / "shc" / "spec-examples" / "issuer" / "well-known" / "crl"], Options()
    )
    rig = Rig(mp, blocks=64)
    rig.run(JUDGE, now=LATER)

    def codes(lists: list[Withdrawal]) -> list[str]:
        version = rig.run("result = up.revocations.version") + 1
        rig.push(build_revocations(lists, AUTHORITY, version, "PROD", NOW))
        return rig.run(
            "result = verdicts(texts, keys)",
            texts=[card.frames[0] for card in cards],
            keys=[key for card in cards for key in card.keys],
        )

    genuine = codes([])
    assert "certificate_revoked" not in genuine and "bad_signature" not in genuine
    assert codes(entries) == [*genuine[:2], "certificate_revoked"]
    earlier = [each._replace(before=each.before and each.before - 1) for each in entries]
    assert codes(earlier) == genuine
