"""Which firmware starts: the new one while it proves itself, the one before when it does not, the board's own at last.

The firmwares here are three files that say which they are; the choice is made on flash in RAM, with cuts.
"""

from __future__ import annotations

import pytest
from gatepost.device.firmware import ARCHITECTURES, architecture, firmware_files, sign_firmware
from gatepost.errors import GatepostError
from gatepost.trust.bundle import pack, read_bundle
from harness.interpreter import FIRMWARE
from unit.bundle_rig import AUTHORITY, NOW, OTHER, Rig

CHOOSE = """
from scanner import slots

def choice():
    # Which firmware would run, by what its file says.
    found = slots.choose("/b")
    return None if found is None else found.open("/scanner/app.py", "r").read()

def confirm():
    slots.__file__ = "/%s/scanner/slots.py" % slots._trial("/b/firmware")[0]
    try:
        slots.confirm("/b")
    finally:
        slots.__file__ = "slots.py"
"""


def firmware(version: int, key=AUTHORITY, **changes: bytes) -> bytes:
    files = {
        "scanner/boards/find.py": b"x",
        "scanner/load.py": b"y",
        "scanner/app.py": b"this is %d" % version,
    }
    for name, data in changes.items():
        files[f"scanner/{name}.py"] = data
    return pack("firmware", files, key, version, "PROD", NOW - 100)


@pytest.fixture
def rig(mp) -> Rig:
    rig = Rig(mp, blocks=64)
    rig.run(CHOOSE)
    return rig


def choice(rig: Rig) -> str | None:
    """Of a restart."""
    return rig.run("mount(flash.image)\nresult = choice()\nstart()")


def test_without_a_bundle_the_boards_own_runs(rig):
    assert choice(rig) is None


def test_a_new_firmware_runs_from_the_next_start_and_stays_once_confirmed(rig):
    assert rig.push(firmware(1))[0] == {"kind": "firmware", "version": 1}
    assert rig.run("result = up.restart") is True
    assert choice(rig) == "this is 1"
    rig.run("confirm()")
    for _ in range(6):
        assert choice(rig) == "this is 1"
    assert len(rig.run("result = files('firmware')")) == 3


def test_the_one_before_comes_back_where_the_new_one_is_not_confirmed(rig):
    rig.push(firmware(1))
    choice(rig)
    rig.run("confirm()")
    rig.push(firmware(2))
    assert [choice(rig) for _ in range(3)] == ["this is 2"] * 3
    assert [choice(rig) for _ in range(3)] == ["this is 1"] * 3
    # The new one may be mended under a higher number, and not under a lower one than was ever there.
    assert rig.push(firmware(1, extra=b"z"))[0] == "downgrade"
    assert rig.push(firmware(3))[0] == {"kind": "firmware", "version": 3}
    assert choice(rig) == "this is 3"


def test_the_boards_own_comes_back_where_there_was_none_before(rig):
    rig.push(firmware(1))
    assert [choice(rig) for _ in range(3)] == ["this is 1"] * 3
    assert choice(rig) is None
    # And it does not confirm what gave way to it.
    rig.run("slots.confirm('/b')")
    assert choice(rig) is None


def test_a_second_new_one_on_trial_does_not_become_the_fallback(rig):
    rig.push(firmware(1))
    choice(rig)
    rig.run("confirm()")
    rig.push(firmware(2))
    choice(rig)
    rig.push(firmware(3))
    assert [choice(rig) for _ in range(4)] == ["this is 3"] * 3 + ["this is 1"]


def test_the_hello_says_which_firmware_runs(rig):
    runs = "result = slots.state('/b', open('/b/authority.pub', 'rb').read())"
    assert rig.run("result = up.runs") == {"version": 0, "trial": False}
    rig.push(firmware(7))
    assert rig.run(runs) == {"version": 0, "trial": False}
    choice(rig)
    rig.run("slots.__file__ = '/%s/scanner/slots.py' % slots._trial('/b/firmware')[0]")
    try:
        assert rig.run(runs) == {"version": 7, "trial": True}
        rig.run("slots.confirm('/b')")
        assert rig.run(runs) == {"version": 7, "trial": False}
    finally:
        rig.run("slots.__file__ = 'slots.py'")


def test_what_runs_is_not_taken_from_under_it(rig):
    """A firmware on trial gets a successor: modules may still be read from its file until the restart."""
    rig.push(firmware(1))
    assert choice(rig) == "this is 1"
    name = rig.run("result = slots._trial('/b/firmware')[0]")
    rig.run(f"slots.__file__ = '/{name}/scanner/slots.py'")
    try:
        rig.push(firmware(2))
        assert name in rig.run("result = files('firmware')")
    finally:
        rig.run("slots.__file__ = 'slots.py'")
    assert choice(rig) == "this is 2"
    rig.push(firmware(3))
    assert name not in rig.run("result = files('firmware')")


def test_a_note_of_the_trial_that_is_rubbish_stops_nothing(rig):
    rig.push(firmware(1))
    for rubbish in (b"", b"\xff\xfe", b"x", b"x y", bytes(200)):
        rig.run("put('firmware/trial', data)", data=rubbish)
        assert choice(rig) == "this is 1"


def test_an_upkeep_that_rests_confirms(rig):
    rig.push(firmware(1))
    rests = (
        "for _ in range(60):\n    up.rest()\nslots.__file__ = 'x'\nup._rests = 0\nresult = files('firmware')"
    )
    # Not the one that runs while another is pushed, though.
    assert "trial" in rig.run("slots.__file__ = '/0123456789abcdef/scanner/slots.py'\n" + rests)
    name = rig.run("result = slots._trial('/b/firmware')[0]")
    assert "trial" not in rig.run(f"slots.__file__ = '/{name}/scanner/slots.py'\n" + rests)


@pytest.mark.parametrize(
    ("bundle", "code"),
    [
        (lambda: firmware(2, OTHER), "other_deployment"),
        (lambda: firmware(1), "downgrade"),
        (lambda: pack("firmware", {"scanner/app.py": b"x"}, AUTHORITY, 2, "PROD", NOW), "unusable"),
    ],
)
def test_firmware_that_is_refused(rig, bundle, code):
    rig.push(firmware(1, extra=b"e"))
    choice(rig)
    rig.run("confirm()")
    assert rig.push(bundle())[0] == code
    assert choice(rig) == "this is 1"


def compiled(version: int, architecture: str) -> bytes:
    files = {f"scanner/{name}.mpy": b"M\x06" for name in ("boards/find", "load", "app")}
    return pack("firmware", files, AUTHORITY, version, "PROD", NOW - 100, architecture=architecture)


def test_a_firmware_for_another_processor_is_refused_before_anything_of_it_is_kept(rig):
    rig.push(firmware(1))
    choice(rig)
    rig.run("confirm()")
    before = rig.run("result = sorted(files('firmware'))")
    own = rig.run("from scanner.bundles import architecture\nresult = architecture.mine()")
    assert own in ("x64", "x86")
    for wrong in ("xtensawin", "armv7m", {"x64": "x86", "x86": "x64"}[own], "another", "\n" * 500):
        assert rig.push(compiled(2, wrong))[0] == "wrong_architecture"
        assert rig.run("result = sorted(files('firmware'))") == before
        assert rig.run("result = up.restart") is False
    assert rig.push(compiled(2, ""))[0] == "unusable"
    assert choice(rig) == "this is 1"
    assert rig.push(compiled(2, own))[0] == {"kind": "firmware", "version": 2}


def test_an_architecture_that_is_no_text_is_no_manifest(rig):
    data = pack("firmware", {"scanner/app.py": b"x"}, AUTHORITY, 2, "PROD", NOW, architecture=7)  # pyright: ignore
    assert rig.push(data)[0] == "bad_bundle"


@pytest.mark.parametrize(
    ("wanted", "own", "runs"),
    [
        ("", "", True),
        ("", "xtensawin", True),
        ("xtensawin", "xtensawin", True),
        ("xtensa", "xtensawin", False),
        ("xtensawin", "", False),
        ("armv6m", "armv7emsp", True),
        ("armv7emsp", "armv7m", False),
        ("armv6", "armv7m", False),
        ("x86", "x64", False),
        ("new", "new", True),
        ("new", "x64", False),
    ],
)
def test_which_code_a_processor_runs(mp64, wanted, own, runs):
    assert mp64.call("scanner.bundles.architecture:runs", wanted, own) is runs


def test_both_sides_number_the_processors_alike(mp64):
    assert (
        tuple(mp64.run("from scanner.bundles.architecture import NAMES\nresult = list(NAMES)"))
        == ARCHITECTURES
    )


def test_the_host_says_for_which_processor_a_firmware_is():
    xtensa, arm, plain = (bytes([ord("M"), 6, number << 2 | 3, 31]) for number in (10, 5, 0))
    source = {"scanner/app.py": b"x"}
    assert architecture(source) == ""
    assert architecture({"a.mpy": xtensa, "b.mpy": plain, **source}) == "xtensawin"
    assert (
        read_bundle(sign_firmware({"a.mpy": xtensa}, AUTHORITY, 1, "PROD", NOW)).architecture == "xtensawin"
    )
    assert "architecture" not in read_bundle(sign_firmware(source, AUTHORITY, 1, "PROD", NOW)).contents
    for files, sentence in (
        ({"a.mpy": xtensa, "b.mpy": arm}, "several processors: armv7m, xtensawin"),
        ({"a.mpy": plain}, "without machine code"),
        ({"a.mpy": b"M"}, "no module"),
        ({"a.mpy": bytes([ord("M"), 6, 15 << 2, 31])}, "no module"),
    ):
        with pytest.raises(GatepostError, match=sentence):
            architecture(files)


def test_nothing_damaged_on_flash_ever_runs(rig):
    """Every byte of manifest and content flipped in turn: then the board's own firmware runs."""
    bundle = firmware(1)
    rig.push(bundle)
    rig.run("confirm()")
    files = read_bundle(bundle).files()
    for name, data in files.items():
        found = rig.run(
            """
found = set()
for at in range(len(data)):
    damaged = bytearray(data)
    damaged[at] ^= 1 << (at % 8)
    put("firmware/" + name, damaged)
    found.add(choice())
put("firmware/" + name, data)
result = list(found), choice()
""",
            name=name,
            data=data,
            timeout=120,
        )
        assert found == ([None], "this is 1")


CUT = """
mount(base)
flash.cut = cut
flash.torn = torn
found = []
try:
    start()
    push(manifest, pieces)
    for _ in range(trials):
        found.append(choice())
    survived = True
except OSError:
    survived = False
mount(flash.image)
flash.read = 0
after = choice()
opened = flash.read
start()
again = push(manifest, pieces)[0]
result = survived, found, after, opened, again, choice()
"""


@pytest.mark.parametrize("torn", [False, True])
def test_an_update_cut_anywhere_leaves_one_of_the_two(mp, torn):
    rig = Rig(mp, blocks=64)
    rig.run(CHOOSE)
    rig.push(firmware(1))
    choice(rig)
    rig.run("confirm()\nbase = bytes(flash.image)")
    new = read_bundle(firmware(2))
    names = {
        "manifest": new.manifest,
        "pieces": [piece for _, piece in new.pieces],
        "torn": torn,
        "trials": 1,
    }
    seen = []
    survived = False
    with rig.quick_signatures():
        while not survived:
            survived, found, after, opened, _, last = rig.run(CUT, cut=len(seen) + 1, **names)
            assert set(found) <= {"this is 2"}
            assert after in ("this is 1", "this is 2")
            assert last == "this is 2"
            assert opened < 100_000
            seen.append(after)
    assert seen == sorted(seen)
    assert {"this is 1", "this is 2"} == set(seen)
    assert len(seen) > 30


RETURN = """
mount(base)
flash.cut = cut
try:
    after = choice()
    survived = True
except OSError:
    survived = False
mount(flash.image)
result = survived, choice(), choice()
"""


def test_a_return_cut_anywhere_is_finished(mp64):
    """The fourth start of a firmware that never confirmed, with the power cut."""
    rig = Rig(mp64, blocks=64)
    rig.run(CHOOSE)
    rig.push(firmware(1))
    choice(rig)
    rig.run("confirm()")
    rig.push(firmware(2))
    assert [choice(rig) for _ in range(3)] == ["this is 2"] * 3
    rig.run("base = bytes(flash.image)")
    cut = 0
    survived = False
    while not survived:
        cut += 1
        survived, *after = rig.run(RETURN, cut=cut)
        assert after == ["this is 1", "this is 1"]
    assert cut > 2


def test_the_filesystem_of_parts(rig):
    rig.push(firmware(1))
    source = """
import vfs
found = slots.choose("/b")
vfs.mount(found, "/parts")
try:
    with open("/parts/scanner/app.py", "rb") as file:
        whole = file.read()
    answers = [os.stat("/parts" + name)[0] for name in ("/scanner", "/scanner/boards", "/scanner/app.py")]
    for name, mode in (("/parts/scanner/none.py", "r"), ("/parts/scanner/app.py", "w"), ("/parts/none", "rb")):
        try:
            open(name, mode)
            answers.append("opened")
        except OSError as error:
            answers.append(error.errno)
finally:
    vfs.umount("/parts")
result = whole, os.stat, answers
"""
    whole, _, answers = rig.run(source.replace("os.stat, answers", "0, answers"))
    assert whole == b"this is 1"
    assert answers == [0x4000, 0x4000, 0x8000, 2, 30, 2]


def test_the_host_packs_what_main_imports(tmp_path):
    files = firmware_files(FIRMWARE)
    assert {
        "scanner/app.py",
        "scanner/boards/find.py",
        "scanner/load.py",
        "scanner/ui/fonts/large.bin",
    } <= set(files)
    assert "main.py" not in files and "boot.py" not in files
    assert all(files.values())
    bundle = read_bundle(sign_firmware(files, AUTHORITY, 1, "PROD", NOW))
    assert bundle.kind == "firmware" and len(bundle.manifest) < 24576
    with pytest.raises(GatepostError, match="holds no firmware"):
        firmware_files(tmp_path)
