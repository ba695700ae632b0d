"""The virtual board's flash: the manners of a NOR chip, and what a power cut leaves."""

import random
import subprocess
import time

import pytest
from gatepost.sim.flash import read_image
from gatepost.trust.image import pack_image
from harness.interpreter import FIRMWARE, DeviceError

SIZE = 64 * 4096
OPEN = "from scanner.boards.virtual_flash import FileFlash\nflash = FileFlash(path)\n"

# Replaces one file again and again, as every part of the firmware must: written beside, then renamed.
REPLACE = """
import os, sys
sys.path.insert(0, sys.argv[1])
from scanner.boards import virtual_flash
virtual_flash.mount(sys.argv[2], "/flash", int(sys.argv[3]))
print("up")
for n in range(1000000):
    with open("/flash/new", "wb") as file:
        file.write(b"%08d" % n * 700)
    os.rename("/flash/new", "/flash/state")
"""


@pytest.fixture
def image(tmp_path):
    path = tmp_path / "flash.img"
    path.write_bytes(pack_image({"state": b"%08d" % 0 * 700, "trust/manifest": b"kept"}, SIZE))
    return path


def test_files_written_by_the_host_are_read_by_the_scanner_and_back(mp, image):
    source = """
import vfs
from scanner.boards import virtual_flash
virtual_flash.mount(path, "/t")
try:
    with open("/t/trust/manifest", "rb") as file:
        result = file.read()
    with open("/t/answer", "wb") as file:
        file.write(bytes(range(256)) * 20)
finally:
    vfs.umount("/t")
"""
    assert mp.run(source, path=str(image)) == b"kept"
    files = read_image(image.read_bytes())
    assert files["answer"] == bytes(range(256)) * 20
    assert files["trust/manifest"] == b"kept"


def test_a_write_without_an_erase_is_refused(mp, image):
    erased = OPEN + "flash.ioctl(6, 5)\n"
    assert (
        mp.run(erased + "b = bytearray(8)\nflash.readblocks(5, b, 100)\nresult = b", path=str(image))
        == b"\xff" * 8
    )
    mp.run(
        erased + "flash.writeblocks(5, b'\\x0f' * 8, 100)\nflash.writeblocks(5, b'\\x0e' * 8, 100)",
        path=str(image),
    )
    assert image.read_bytes()[5 * 4096 + 100 : 5 * 4096 + 108] == b"\x0e" * 8
    with pytest.raises(DeviceError) as caught:
        mp.run(OPEN + "flash.writeblocks(5, b'\\x1e' * 8, 100)", path=str(image))
    assert caught.value.kind == "OSError"


def test_a_read_past_the_end_fails(mp, image):
    with pytest.raises(DeviceError):
        mp.run(OPEN + "flash.readblocks(64, bytearray(32))", path=str(image))


def _replace(mp, image, tmp_path, cut=0):
    script = tmp_path / "replace.py"
    script.write_text(REPLACE)
    return subprocess.Popen(
        [*mp.command, str(script), str(FIRMWARE), str(image), str(cut)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def test_kill_at_any_moment_leaves_the_old_state_or_the_new(mp64, image, tmp_path):
    rng = random.Random(3)
    seen = set()
    for _ in range(12):
        process = _replace(mp64, image, tmp_path)
        assert process.stdout is not None
        assert process.stdout.readline() == b"up\n"
        time.sleep(rng.uniform(0.0, 0.05))
        process.kill()
        process.communicate()
        files = read_image(image.read_bytes())
        assert len(files["state"]) == 5600
        assert files["state"] == files["state"][:8] * 700
        assert files["trust/manifest"] == b"kept"
        seen.add(files["state"][:8])
    assert len(seen) > 3


def test_a_cut_at_each_of_the_first_writes_leaves_the_old_state_or_the_new(mp64, image, tmp_path):
    fresh = image.read_bytes()
    states = []
    for cut in range(1, 25):
        image.write_bytes(fresh)
        process = _replace(mp64, image, tmp_path, cut)
        process.communicate(timeout=20)
        assert process.returncode == -9
        states.append(read_image(image.read_bytes())["state"])
    assert all(len(state) == 5600 and state == state[:8] * 700 for state in states)
    assert states[0] == b"%08d" % 0 * 700
