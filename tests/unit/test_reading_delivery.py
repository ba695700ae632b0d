"""Reading keys reach one scanner, sealed to it; they are kept, replaced by newer sets only, and wiped with it."""

from __future__ import annotations

import pytest
from gatepost.device.reading import seal_to
from gatepost.keys.reading import ReadingKey
from gatepost.trust.signing import point
from unit.bundle_rig import AUTHORITY, NOW, OTHER, Rig

KEY = ReadingKey(b"READ-UT1", "UT", NOW - 9, NOW + 9, b"very secret key of thirty-two by")
FIND = """
from scanner.trust.reading_keys import ReadingKeys
key = ReadingKeys('/b').find(kid)
result = key and (key.country, key.not_before, key.not_after, key.secret)
"""


@pytest.fixture
def rig(mp) -> Rig:
    return Rig(mp, blocks=48, blank=True)


def provision(rig: Rig) -> bytes:
    return rig.ask("provision", authority=point(AUTHORITY.public_key()), name="gate", supervisors=[])[
        "device"
    ]


def test_a_key_arrives_and_is_nowhere_in_clear(rig):
    device = provision(rig)
    sealed = seal_to(device, 5, [KEY])
    assert KEY.secret not in sealed
    assert rig.ask("reading.set", sealed=sealed) == {"version": 5, "keys": 1}
    rig.restart()
    assert tuple(rig.run(FIND, kid=KEY.kid)) == ("UT", NOW - 9, NOW + 9, KEY.secret)
    assert not rig.run("result = bytes(flash.image).find(secret) >= 0", secret=KEY.secret)
    assert rig.ask("unseal") == {}
    assert "reading.keys" not in rig.run("result = files('')")
    assert rig.run(FIND, kid=KEY.kid) is None


def test_a_version_only_rises_and_a_set_replaces_the_other(rig):
    device = provision(rig)
    assert rig.ask("reading.set", sealed=seal_to(device, 5, [KEY]))["version"] == 5
    for version in (5, 4, 0):
        assert rig.ask("reading.set", sealed=seal_to(device, version, [])) == "old_version"
    assert rig.ask("reading.set", sealed=seal_to(device, 6, [])) == {"version": 6, "keys": 0}
    assert rig.run(FIND, kid=KEY.kid) is None


def test_what_is_not_for_this_scanner_is_refused(rig):
    assert rig.ask("reading.set", sealed=bytes(200)) == "not_provisioned"
    device = provision(rig)
    good = seal_to(device, 5, [KEY])
    bent = good[:-1] + bytes([good[-1] ^ 1])
    for sealed in (None, b"", bytes(200), bent, seal_to(point(OTHER.public_key()), 5, [KEY])):
        assert rig.ask("reading.set", sealed=sealed) == "bad_parameters"
    short = ReadingKey(b"READ-UT1", "UT", 0, 1, b"short")
    for odd in ([short], [KEY, KEY], [ReadingKey(b"K", "UT", 0, 1, KEY.secret)]):
        assert rig.ask("reading.set", sealed=seal_to(device, 5, odd)) == "bad_parameters"
    assert rig.run(FIND, kid=KEY.kid) is None


def test_technicians_alone_bring_them(mp):
    assert mp.run(
        "from scanner.link.rights import RIGHTS\nresult = RIGHTS['reading.set']", space="rights"
    ) in (
        ["technician"],
        ("technician",),
    )
