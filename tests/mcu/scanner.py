"""A whole scanner on the emulated core: it boots from its filesystem as a board does, and runs boot.py, main.py and the
firmware's loop; what it has in place of hardware is tests/mcu/boards/mps2_an385.py.

The serial line is a pseudo-terminal, for pyserial and the host's client. Frames, the panel and flash lie in the
external RAM, where the computer lays them down and looks at them.
"""

from __future__ import annotations

import contextlib
import json
import os
import struct
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

from gatepost.image.compiling import SOURCES
from gatepost.sim.images import VGA
from gatepost.trust.image import pack_image
from harness.interpreter import FIRMWARE, InterpreterDied
from PIL import Image

from mcu.emulator import EXTERNAL, Emulator, find_build, put
from mcu.image import Tree, compiled, firmware_tree, folder_of, romfs

BOARD = Path(__file__).parent / "boards" / "mps2_an385.py"
# As the board's file has them.
_MAILBOX = 0x21300000
_REPORT = 64
_FRAME = 0x21310000
_PANEL = 0x21400000
_FLASH = 0x21800000
FLASH_SIZE = 4 << 20
SPARE = 0x21C00000  # from here on the external RAM is nobody's
_SCREEN = (240, 320)


class McuScanner:
    """Use it in a `with` statement; Missing where there is no core. Its flash is blank when it is made."""

    def __init__(self, timeout: float = 60.0, switched_on: bool = True) -> None:
        self._build = find_build(current=True)
        self.timeout = timeout
        self._folder = tempfile.TemporaryDirectory(prefix="gatepost-mcu-")
        self._ram = Path(self._folder.name) / "ram"
        self._tree = self._program()
        self._cable = -1
        put(self._ram, _FLASH, pack_image({}, FLASH_SIZE))
        if switched_on:
            self.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._folder.cleanup()

    def start(self, ready: bool = True, before: Mapping[str, bytes] | None = None) -> None:
        """Switch it on, and wait until it looks for its first frame; or not, where `ready` is False.

        `before`: source to be executed first, by the name of the file that it is put in front of.
        """
        files = {name: source + cast(bytes, self._tree[name]) for name, source in (before or {}).items()}
        put(self._ram, EXTERNAL, romfs({**self._tree, **files}))
        put(self._ram, _MAILBOX, bytes(_REPORT))
        self._emulator = Emulator(self._build / "firmware.elf", self._ram)
        # While somebody holds the other end, the emulator sends: a cable that is plugged in.
        self._cable = os.open(self._emulator.port, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        self._seen = 0
        self._heard = b""
        if ready:
            try:
                self.ready()
            except InterpreterDied:
                self.stop()
                raise

    def stop(self) -> None:
        """Pull the plug; flash keeps what it holds."""
        if self._cable >= 0:
            os.close(self._cable)
            self._cable = -1
            self._emulator.close()

    def put(self, address: int, data: bytes) -> None:
        """Lay bytes down in its external RAM while it is off."""
        put(self._ram, address, data)

    def files(self) -> dict[str, bytes]:
        """Its program, by path."""
        return dict(_flat(self._tree))

    def restart(self) -> None:
        """Pull the plug and put it in again."""
        self.stop()
        self.start()

    @property
    def port(self) -> str:
        """The path of its serial line; another one after each start."""
        return self._emulator.port

    def ready(self) -> dict[str, Any]:
        """Wait until the firmware's loop begins (again); what it says of itself.

        InterpreterDied with what stands on the line, where it has come to MicroPython's prompt instead.
        """
        return self._await("firmware", self._at_the_prompt)

    def _at_the_prompt(self) -> None:
        with contextlib.suppress(BlockingIOError):
            self._heard += os.read(self._cable, 4096)
        if self._heard.endswith(b">>> "):
            raise InterpreterDied(
                f"the emulated scanner does not start: {self._heard.decode(errors='replace')}"
            )

    def show(self, picture: Image.Image) -> dict[str, Any]:
        """Hold a picture before the camera until a verdict is on the screen; the verdict's report."""
        frame = Image.new("L", VGA, 255)
        frame.paste(picture, ((VGA[0] - picture.width) // 2, (VGA[1] - picture.height) // 2))
        self._emulator.load(_FRAME, frame.tobytes())
        self._emulator.load(_MAILBOX, b"\1\0\0\0")
        return self._await("code")

    def panel(self) -> bytes:
        """What its screen shows: RGB565, row by row."""
        return self._emulator.read(_PANEL, _SCREEN[0] * _SCREEN[1] * 2)

    def flash(self) -> bytes:
        """The image of its flash."""
        return self._emulator.read(_FLASH, FLASH_SIZE)

    def reports(self) -> int:
        """How many reports it has made since it was switched on."""
        return struct.unpack("<I", self._emulator.read(_MAILBOX + 8, 4))[0]

    def _await(self, wanted: str, look: Callable[[], None] = lambda: None) -> dict[str, Any]:
        deadline = time.monotonic() + self.timeout
        while time.monotonic() < deadline and not self._emulator.gone():
            count = self.reports()
            if count != self._seen:
                self._seen = count
                length = struct.unpack("<I", self._emulator.read(_MAILBOX + 12, 4))[0]
                report = json.loads(self._emulator.read(_MAILBOX + _REPORT, length))
                if wanted in report:
                    return report
                if "fault" in report:
                    raise InterpreterDied(f"the emulated scanner: {report['fault']}")
            look()
            time.sleep(0.005)
        raise InterpreterDied(f"the emulated scanner made no report with {wanted!r} in time")

    def _program(self) -> Tree:
        cross, cache = self._build / "mpy-cross", self._build / "mpy"
        tree = firmware_tree(FIRMWARE, cross, cache)
        place = Path("scanner/boards") / BOARD.name
        module = compiled(BOARD, str(place), cross, cache)
        folder_of(tree, place)[place.with_suffix(".mpy").name] = module
        tree["board"] = BOARD.stem.encode()
        for name in SOURCES:
            tree[name] = (FIRMWARE / name).read_bytes()
        return tree


def _flat(tree: Tree, above: str = "") -> Iterator[tuple[str, bytes]]:
    for name, content in tree.items():
        if isinstance(content, dict):
            yield from _flat(content, above + name + "/")
        else:
            yield above + name, content
