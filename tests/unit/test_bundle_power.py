"""Power cut at every single write and erase of an update, before it and in the middle of it.

Each run starts from the same flash and cuts at the next operation; then the power is back and the scanner starts. Its
list is the old one or the new one, whole; start-up reads no more than ever; no byte that was acknowledged as durable
is gone; and the push, made again, gets through.
"""

from __future__ import annotations

import dataclasses

import pytest
from gatepost.revocation import tables
from gatepost.revocation.bundle import build_revocations
from gatepost.revocation.records import Withdrawal, short_hash
from gatepost.trust import keylist
from gatepost.trust.bundle import build_bundle, read_bundle
from unit.bundle_rig import AUTHORITY, NOW, Rig, record

RECORDS = [record(n) for n in range(12)]
CHANGED = [dataclasses.replace(RECORDS[3], revoked=True), *RECORDS[:3], *RECORDS[4:]]

CUT = """
mount(base)
flash.cut = cut
flash.torn = torn
try:
    start()
    push(manifest, pieces, chunk)
    survived = True
except OSError:
    survived = False
operations = flash.operations
mount(flash.image)
start()
opened = flash.read
version = up.trust.version
found = [each.revoked for each in up.trust.find(kid)] if version else None
claimed = durable
state = ask("bundle.begin", {"manifest": manifest})
kept = state["durable"]
again, sent = push(manifest, pieces, chunk)
after = [each.revoked for each in up.trust.find(kid)]
left = files("trust")
result = survived, operations, opened, version, found, claimed, kept, up.trust.version, after, len(left)
"""


@pytest.fixture
def old(monkeypatch) -> bytes:
    # Shards of a few keys, so that the update copies, sends and copies again.
    monkeypatch.setattr(keylist, "PER_SHARD", 3)
    return build_bundle(RECORDS, AUTHORITY, 5, "PROD", NOW - 5000)


@pytest.fixture
def new(monkeypatch) -> bytes:
    monkeypatch.setattr(keylist, "PER_SHARD", 3)
    return build_bundle(CHANGED, AUTHORITY, 6, "PROD", NOW - 1000)


def cuts(rig: Rig, bundle: bytes, torn: bool):
    found = read_bundle(bundle)
    names = {
        "manifest": found.manifest, "pieces": [piece for _, piece in found.pieces], "chunk": 300, "torn": torn,
        "kid": RECORDS[3].kid,
    }  # fmt: skip
    cut = 0
    survived = False
    while not survived:
        cut += 1
        survived, operations, *state = rig.run(CUT, cut=cut, **names)
        yield cut, survived, state
    assert operations == cut - 1


@pytest.mark.parametrize("torn", [False, True])
def test_an_update_is_done_or_not_whenever_the_power_goes(mp, old, new, torn):
    rig = Rig(mp, blocks=80)
    rig.push(old)
    rig.run("base = bytes(flash.image)")
    seen = []
    with rig.quick_signatures():
        for cut, survived, (opened, version, found, claimed, kept, after, revoked, left) in cuts(
            rig, new, torn
        ):
            assert version in (5, 6), cut
            assert kept >= claimed
            assert found == [version == 6]
            assert (after, revoked, left) == (6, [True], 3)
            assert opened < 100_000
            assert version == 6 or not survived
            seen.append(version)
    assert seen == sorted(seen)
    assert seen[0] == 5 and seen[-1] == 6
    assert len(seen) > 60


@pytest.mark.parametrize("torn", [False, True])
def test_a_first_list_is_there_or_not(mp64, new, torn):
    rig = Rig(mp64, blocks=80)
    rig.run("base = bytes(flash.image)")
    with rig.quick_signatures():
        for cut, survived, (_, version, _, claimed, kept, after, revoked, left) in cuts(rig, new, torn):
            assert version in (0, 6), cut
            assert kept >= claimed
            assert (after, revoked, left) == (6, [True], 3)
            assert version == 6 or not survived


LISTS = """
class Claims:
    scheme = "HC1"
    not_before = None
    class key:
        kid = b""

def holds(digest):
    claims = Claims()
    claims.revocation_ids = [("UCI", digest)]
    return up.revocations.holds(claims)

mount(base)
flash.cut = cut
flash.torn = torn
try:
    start()
    push(manifest, pieces, 200)
    survived = True
except OSError:
    survived = False
mount(flash.image)
start()
version = up.revocations.version
told = [holds(digest) for digest in digests] if version else None
claimed = durable
kept = ask("bundle.begin", {"manifest": manifest})["durable"]
again, sent = push(manifest, pieces, 200)
after = [holds(digest) for digest in digests]
result = survived, version, told, claimed, kept, up.revocations.version, after, len(files("revocation"))
"""


def withdrawals(numbers) -> list[Withdrawal]:
    return [Withdrawal("HC1", "UCI", short_hash(b"%d" % number)) for number in numbers]


@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize("torn", [False, True])
def test_withdrawn_certificates_are_the_old_list_or_the_new(mp, monkeypatch, torn, first):
    """Here each part is a file: what is kept, what is new, and what goes when the new list counts."""
    monkeypatch.setattr(tables, "PER_SHARD", 4)
    old = build_revocations(withdrawals(range(14)), AUTHORITY, 5, "PROD", NOW - 5000)
    new = read_bundle(build_revocations(withdrawals([*range(1, 14), 99]), AUTHORITY, 6, "PROD", NOW - 1000))
    rig = Rig(mp, blocks=80)
    if not first:
        rig.push(old)
    rig.run("base = bytes(flash.image)")
    names = {"manifest": new.manifest, "pieces": [piece for _, piece in new.pieces], "torn": torn}
    names["digests"] = [each.digest for each in withdrawals([0, 1, 99])]
    before = (0, None) if first else (5, [True, True, False])
    seen = []
    cut = 0
    survived = False
    with rig.quick_signatures():
        while not survived:
            cut += 1
            survived, version, told, claimed, kept, after, told_after, left = rig.run(LISTS, cut=cut, **names)
            assert (version, told) in (before, (6, [False, True, True])), cut
            assert kept >= claimed
            assert (after, told_after, left) == (6, [False, True, True], len(new.pieces) + 2)
            seen.append(version)
    assert seen == sorted(seen) and seen[0] == before[0] and seen[-1] == 6
    assert len(seen) > 20
