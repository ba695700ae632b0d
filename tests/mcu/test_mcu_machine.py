"""The emulated core itself: its counter counts right, its serial line is one that real tools know, its memory is ours.

tests/mcu needs QEMU and a build, which `python tools/build_micropython_m3.py` makes (its help names the packages);
without them it is skipped. `pytest -m thorough tests/mcu` runs what takes long.
"""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec

import pytest
from harness.interpreter import FIRMWARE, DeviceError, InterpreterDied

from mcu.machine import FREE, PER_TICK, Machine
from mcu.profile import by_function, profile

MODULES = (
    "array binascii collections deflate framebuf gc hashlib io json machine micropython os random struct time "
    "uctypes vfs"
)


def test_int_is_32_bits(mcu):
    assert mcu.run("import sys\nresult = sys.maxsize") == 2**31 - 1


@pytest.mark.parametrize("module", MODULES.split())
def test_module_of_a_board_is_there(mcu, module):
    mcu.run(f"import {module}")


def test_filesystems_of_a_board_are_there(mcu):
    assert mcu.run("import vfs\nresult = [hasattr(vfs, 'VfsLfs2'), hasattr(vfs, 'VfsRom')]") == [True, True]


@pytest.mark.parametrize("rounds", [1_000_000, 10_000_000])
def test_counter_counts_each_instruction_once(mcu, rounds):
    # Three instructions a round; a read of the counter and a call cost a few hundred more.
    source = "import core\na = core.ticks()\ncore.work(rounds)\nresult = core.ticks() - a"
    counted = mcu.run(source, rounds=rounds) * PER_TICK
    assert 3 * rounds <= counted < 3 * rounds + 4000


def test_same_work_costs_the_same_again(mcu):
    source = "import core\na = core.ticks()\nfor i in range(9999): i ^ 5\nresult = core.ticks() - a"
    mcu.run(source)
    assert abs(mcu.run(source) - mcu.run(source)) <= 1


def test_microsecond_is_a_thousand_instructions(mcu):
    source = "import time, core\na = time.ticks_us()\ncore.work(2000000)\nresult = time.ticks_diff(time.ticks_us(), a)"
    assert mcu.run(source) in range(6000, 6010)


def test_loaded_bytes_are_seen_and_written_back(mcu):
    data = bytes(range(256)) * 1200
    mcu.load(FREE, data)
    source = "import uctypes\nb = uctypes.bytearray_at(at, n)\nresult = sum(b)\nb[0] = 77"
    assert mcu.run(source, at=FREE, n=len(data)) == sum(data)
    assert mcu.read(FREE, 2) == b"\x4d\x01"


def test_large_values_travel_both_ways(mcu):
    data = bytes(range(251)) * 1224
    assert mcu.run("result = [data, 1 << 70, -5, 'ü', None, {'a': (1, True)}]", data=data) == [
        data,
        1 << 70,
        -5,
        "ü",
        None,
        {"a": (1, True)},
    ]


def test_exception_arrives_with_its_kind(mcu):
    with pytest.raises(DeviceError) as caught:
        mcu.call("scanner.codec.base45:decode", b"%69 VD92EX")
    assert caught.value.kind == "ValueError"


def test_core_that_hangs_is_ended_and_the_next_request_starts_another(core):
    with Machine() as machine:
        with pytest.raises(InterpreterDied):
            machine.run("while True: pass", timeout=2)
        assert machine.run("result = 6 * 7") == 42


def test_profile_names_where_instructions_go(mcu):
    source = "from scanner.crypto import sha384\nfor _ in range(20): sha384.digest(data)"
    shares = by_function(profile(mcu, source, 1009, data=bytes(1000)))
    assert shares[0][0].startswith("crypto.sha384")
    assert sum(share for name, share in shares if name.startswith("crypto.sha384")) > 0.8


@pytest.mark.skipif(find_spec("mpremote") is None, reason="mpremote is not installed")
def test_mpremote_drives_it_as_a_board(core):
    with Machine() as machine, machine.released() as port:
        command = [sys.executable, "-m", "mpremote", "connect", port]
        done = subprocess.run(
            [*command, "exec", "print(sum(range(101)), __import__('sys').platform)"],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert done.stdout.split() == ["5050", "qemu"], done.stderr


def test_every_module_loads_but_those_of_other_boards(mcu):
    names = [
        ".".join(path.relative_to(FIRMWARE).with_suffix("").parts).removesuffix(".__init__")
        for path in sorted((FIRMWARE / "scanner").rglob("*.py"))
        if path.parent.name != "boards"
    ]
    assert len(names) > 100
    mcu.run("for name in names: __import__(name)", names=names)
