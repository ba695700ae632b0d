"""boot.py and main.py as MicroPython runs them on a board, among stand-ins for what they touch: no interrupt and no
fault leads to the prompt, but on a board that is nobody's yet."""

from __future__ import annotations

import pytest
from harness.interpreter import FIRMWARE, DeviceError

STAND_INS = """
import sys

class Module:
    pass

def start(source, fault=None, names=(), interrupted=False):
    # What the file did, in order. `names`: on flash, None where it cannot be read; `interrupted`: 0x03 came before.
    log = []

    def kbd_intr(character):
        log.append(character)
        if interrupted:
            raise KeyboardInterrupt

    def listdir(path):
        if names is None:
            raise OSError(5)
        return names

    def flash(arguments):
        log.append("run")
        if fault:
            raise fault

    board = Module()
    board.platform, board.argv = "esp32", []
    micropython, os, time, machine = Module(), Module(), Module(), Module()
    micropython.kbd_intr, os.listdir = kbd_intr, listdir
    time.sleep = lambda seconds: log.append("sleep")
    machine.reset = lambda: log.append("reset")
    scanner, boards, find, slots = Module(), Module(), Module(), Module()
    scanner.boards, scanner.slots, boards.find, find.flash = boards, slots, find, flash
    fakes = {
        "sys": board, "micropython": micropython, "os": os, "time": time, "machine": machine,
        "scanner": scanner, "scanner.boards": boards, "scanner.boards.find": find, "scanner.slots": slots,
    }
    modules = sys.modules
    kept = {name: modules[name] for name in modules if name in fakes}
    modules.update(fakes)
    try:
        exec(source, {"__name__": "__main__"})
    finally:
        for name in fakes:
            del modules[name]
        modules.update(kept)
    return log
"""
OURS = ["authority.pub", "sealed"]


@pytest.fixture
def start(mp):
    """Starts one of the two files; what it did."""
    mp.run(STAND_INS, space="start")

    def run(file: str, **how: str):
        names = "".join(f", {name}={value}" for name, value in how.items())
        return mp.run(
            f"result = start(text{names})", space="start", text=(FIRMWARE / file).read_text(), ours=OURS
        )

    yield run
    mp.run("start = None", space="start")


def test_boot_py_ends_interrupts(start):
    assert start("boot.py") == [-1]


def test_boot_py_returns_after_an_interrupt(start):
    # Where it does not, MicroPython leaves out main.py and offers the prompt.
    assert start("boot.py", interrupted="True") == [-1]


def test_main_py_ends_interrupts_before_anything_else(start):
    # MicroPython has just allowed them again, whatever boot.py said.
    assert start("main.py", fault="ValueError()", names="ours")[:2] == [-1, "run"]


def test_main_py_goes_on_after_an_interrupt(start):
    assert start("main.py", fault="ValueError()", names="ours", interrupted="True")[:2] == [-1, "run"]


@pytest.mark.parametrize("fault", ["ValueError()", "KeyboardInterrupt()", "SystemExit()", "MemoryError()"])
@pytest.mark.parametrize("names", [["authority.pub"], ["sealed"], ["wiping"], None])
def test_a_board_that_is_somebody_s_starts_again_whatever_happens(start, fault, names):
    assert start("main.py", fault=fault, names=repr(names)) == [-1, "run", "sleep", "reset"]


def test_a_blank_board_says_what_is_wrong_at_the_prompt(start):
    with pytest.raises(DeviceError) as caught:
        start("main.py", fault="ValueError('no partition')", names="[]")
    assert caught.value.kind == "ValueError"
