"""From a blank scanner to somebody's and back: provision, configure, seal, unseal, with the power cut in between."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from gatepost.trust.bundle import build_bundle
from gatepost.trust.signing import point
from unit.bundle_rig import AUTHORITY, NOW, OTHER, Rig, record

KEY = point(AUTHORITY.public_key())
SUPERVISOR = {"name": "Sue", "key": point(OTHER.public_key())}


@pytest.fixture
def rig(mp) -> Rig:
    return Rig(mp, blocks=48, blank=True)


def provision(rig: Rig, **changes):
    return rig.ask(
        "provision", **{"authority": KEY, "name": "gate 1", "supervisors": [SUPERVISOR], **changes}
    )


def test_a_blank_scanner_takes_the_first_authority(rig):
    device = provision(rig)["device"]
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), device)
    assert rig.run("result = files('')") == sorted(
        ["authority.pub", "device.key", "device.pub", "name", "supervisors.cbor", "journal"]
    )
    private = rig.run("result = open('/b/device.key', 'rb').read()")
    assert point(ec.derive_private_key(int.from_bytes(private, "big"), ec.SECP256R1()).public_key()) == device
    assert rig.run("result = up.recorder.journal.next") > 0


def test_and_no_second_one(rig):
    provision(rig)
    assert provision(rig, authority=SUPERVISOR["key"]) == "provisioned"
    rig.restart()
    assert provision(rig) == "provisioned"


def test_each_scanner_makes_a_key_of_its_own(rig):
    first = provision(rig)["device"]
    rig.run("mount()\nstart()")
    assert provision(rig)["device"] != first


@pytest.mark.parametrize(
    "changes",
    [
        {"authority": None},
        {"authority": KEY[:-1]},
        {"authority": b"\x04" + bytes(64)},
        {"name": ""},
        {"name": "  "},
        {"name": "x" * 65},
        {"name": 7},
        {"supervisors": None},
        {"supervisors": [SUPERVISOR] * 9},
        {"supervisors": [{"name": "Sue", "key": KEY[:64]}]},
        {"supervisors": [{"key": KEY}]},
        {"supervisors": [b"x"]},
    ],
)
def test_what_is_no_provisioning_changes_nothing(rig, changes):
    assert provision(rig, **changes) == "bad_parameters"
    assert rig.run("result = files('')") == []


def test_settings_change_and_bad_ones_do_not(rig):
    provision(rig)
    assert rig.ask("config.set", name=" gate 2 ") == {}
    assert rig.run("result = open('/b/name').read()") == "gate 2"
    assert rig.ask("config.set", name="x" * 65) == "bad_parameters"
    # All of a request counts or none of it.
    assert rig.ask("config.set", name="gate 3", supervisors=[b"x"]) == "bad_parameters"
    assert rig.run("result = open('/b/name').read()") == "gate 2"
    assert rig.ask("config.set", supervisors=[]) == {}
    rig.restart()
    assert rig.run("result = type(up.recorder.journal).__name__") == "NoJournal"


def test_sealing_lasts(rig):
    provision(rig)
    sealed = "from scanner import identity\nresult = identity.sealed('/b')"
    assert rig.run(sealed) is False
    assert rig.ask("seal") == {}
    rig.restart()
    assert rig.run(sealed) is True
    assert rig.ask("seal") == {}


def test_unsealing_leaves_nothing(rig):
    provision(rig)
    rig.push(build_bundle([record(1)], AUTHORITY, 5, "PROD", NOW))
    rig.ask("seal")
    key = rig.run("result = open('/b/device.key', 'rb').read()")
    assert rig.run("result = key in flash.image", key=key) is True
    assert rig.ask("unseal") == {}
    assert rig.run("result = files('')") in ([], ["clock"])
    assert rig.run("result = key in flash.image, b'gate 1' in flash.image", key=key) == (False, False)
    assert rig.run("result = up.trust.problem") == "no_trust_list"
    # Somebody else's now.
    assert "device" in provision(rig, authority=SUPERVISOR["key"])


def test_the_watchdog_is_fed_while_everything_is_wiped_and_afterwards(rig):
    """It cannot be stopped, so a scanner that is blank again goes on feeding it until it is switched off."""
    rig.run("""
class Dog:
    fed = 0
    def feed(self):
        Dog.fed += 1
board.watchdog = Dog()
up._watchdog = board.watchdog
up.feed()
""")
    assert rig.run("result = Dog.fed") == 0
    provision(rig)
    assert rig.run("up.feed()\nresult = Dog.fed") == 1
    assert rig.ask("unseal") == {}
    fed = rig.run("result = Dog.fed")
    assert fed > 400
    assert rig.run("up.feed()\nresult = Dog.fed") == fed + 1


PROVISION_CUT = """
mount(blank)
flash.cut = cut
flash.torn = torn
try:
    start()
    ask("provision", request)
    survived = True
except OSError:
    survived = False
mount(flash.image)
start()
from scanner import identity
owned = identity.authority("/b") == request["authority"]
again = ask("provision", request)
result = survived, owned, again if isinstance(again, str) else "done"
"""


@pytest.mark.parametrize("torn", [False, True])
def test_a_provisioning_cut_anywhere_is_finished_by_another(mp64, torn):
    rig = Rig(mp64, blocks=32, blank=True)
    rig.run("blank = bytes(flash.image)")
    request = {"authority": KEY, "name": "gate 1", "supervisors": []}
    seen = []
    survived = False
    while not survived:
        survived, owned, again = rig.run(PROVISION_CUT, cut=len(seen) + 1, torn=torn, request=request)
        assert again == ("provisioned" if owned else "done")
        seen.append(owned)
    assert seen == sorted(seen) and seen[-1] and len(seen) > 20


UNSEAL_CUT = """
mount(owned)
start()
flash.cut = cut
flash.operations = 0
try:
    ask("unseal", {})
    survived = True
except OSError:
    survived = False
mount(flash.image)
start()
result = survived, files(""), identity.authority("/b") is None
"""


def test_a_wipe_that_was_cut_is_finished_at_the_next_start(mp64):
    """At every operation while secrets go, and now and then while free blocks are overwritten."""
    rig = Rig(mp64, blocks=16, blank=True)
    provision(rig, supervisors=[])
    rig.ask("seal")
    rig.run(
        "from scanner import identity, wipe\nowned = bytes(flash.image)\nrounds, wipe.LOG_ROUNDS = wipe.LOG_ROUNDS, 5"
    )
    cut = 0
    survived = False
    try:
        while not survived:
            cut += 1 if cut < 100 else 20
            survived, left, blank = rig.run(UNSEAL_CUT, cut=cut)
            if blank:
                assert set(left) <= {"clock"}, cut
            else:
                # Cut before the marker was there: nothing has happened.
                assert cut < 10 and "sealed" in left and "device.key" in left
    finally:
        rig.run("wipe.LOG_ROUNDS = rounds")
    assert cut > 300
