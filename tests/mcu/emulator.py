"""QEMU with the emulated board: one process, its serial line, and the external RAM, which is a file shared with it.

Built by tools/build_micropython_m3.py (its help says what it needs) into .cache/micropython-m3, or the folder that
GATEPOST_MICROPYTHON_M3 names; QEMU is Debian's qemu-system-arm.
"""

from __future__ import annotations

import mmap
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from harness.interpreter import ROOT, InterpreterDied

EXTERNAL = 0x21000000
SIZE = 16 << 20
ROMFS_SIZE = 3 << 20  # from EXTERNAL on: what the board takes for its filesystem


class Missing(Exception):
    """The build or QEMU is not there; the message says how to get it."""


def find_build(current: bool = False) -> Path:
    """The folder with firmware.elf and mpy-cross; Missing where there is none, or no QEMU.

    `current`: also where it was built from older sources than those of modules/.
    """
    folder = Path(os.environ.get("GATEPOST_MICROPYTHON_M3") or ROOT / ".cache" / "micropython-m3")
    if not (folder / "firmware.elf").exists() or not (folder / "mpy-cross").exists():
        raise Missing(f"no MicroPython for the emulated core in {folder}: run tools/build_micropython_m3.py")
    if shutil.which("qemu-system-arm") is None:
        raise Missing("no QEMU for Arm: install qemu-system-arm")
    if current and not _is_current(folder):
        raise Missing(f"the core in {folder} is an older one: run tools/build_micropython_m3.py")
    return folder


def _is_current(folder: Path) -> bool:
    sys.path.insert(0, str(ROOT / "tools"))
    try:
        from build_micropython_m3 import is_current  # pyright: ignore[reportMissingImports]
    finally:
        sys.path.pop(0)
    return is_current(folder)


class Emulator:
    """The board, switched on, with `elf` as its program and the file `ram` as its external RAM."""

    def __init__(self, elf: Path, ram: Path) -> None:
        with ram.open("ab") as file:
            file.truncate(SIZE)
        with ram.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), SIZE)
        self._process = subprocess.Popen(
            [
                *("qemu-system-arm", "-machine", "mps2-an385,memory-backend=psram", "-icount", "shift=0"),
                *("-object", f"memory-backend-file,id=psram,size={SIZE},mem-path={ram},share=on"),
                *("-display", "none", "-monitor", "none", "-serial", "pty", "-semihosting"),
                *("-kernel", str(elf)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        found = re.search(r"redirected to (\S+)", said)
        if not found:
            rest = self._process.communicate()[0]
            raise InterpreterDied(f"QEMU did not start: {said}{rest}".strip())
        self.port = found[1]  # the path of the serial line

    def load(self, address: int, data: bytes) -> None:
        """Put bytes into the external RAM."""
        at = address - EXTERNAL
        if not 0 <= at <= at + len(data) <= SIZE:
            raise ValueError("outside the external RAM")
        self._memory[at : at + len(data)] = data

    def read(self, address: int, size: int) -> bytes:
        """Bytes of the external RAM."""
        return self._memory[address - EXTERNAL : address - EXTERNAL + size]

    def gone(self) -> bool:
        """Whether it ended by itself."""
        return self._process.poll() is not None

    def close(self) -> None:
        """End it, as pulling the plug would."""
        self._process.kill()
        self._process.communicate()
        self._memory.close()


def put(ram: Path, address: int, data: bytes) -> None:
    """Write into the file of the external RAM, while the board is off."""
    with ram.open("r+b" if ram.exists() else "wb") as file:
        file.truncate(SIZE)
        file.seek(address - EXTERNAL)
        file.write(data)
