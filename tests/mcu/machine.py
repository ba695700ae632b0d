"""The emulated microcontroller: a Cortex-M3 with bare-metal MicroPython, whose instructions are counted exactly.

QEMU's mps2-an385 with `-icount shift=0`. The core is driven as a board is: through its serial line, in MicroPython's
raw REPL, by pyserial. Only short commands cross that line; requests, answers and frames lie in the board's 16 MB of
external RAM, which is a file shared with this process. `Machine` answers like `harness.interpreter.Interpreter`,
so the helpers of other tests work on it.

How to have one: emulator.py. GATEPOST_MPY_CROSS names another mpy-cross to compile the firmware with: a later one
makes other Thumb code, which the same interpreter runs.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import serial
from harness.interpreter import FIRMWARE, SERVER, DeviceError, InterpreterDied
from harness.wire import pack, unpack

from mcu.emulator import EXTERNAL, SIZE, Emulator, Missing, find_build, put
from mcu.image import firmware_image

__all__ = ["EXTERNAL", "FREE", "FREE_SIZE", "PER_TICK", "RAM_DISK", "Machine", "Missing", "find_build"]

PER_TICK = 40  # instructions: 1 ns each, and the timer has 25 MHz
_REQUEST = EXTERNAL + (3 << 20)
_ANSWER = EXTERNAL + (6 << 20)
FREE = EXTERNAL + (8 << 20)  # from here to the end of the external RAM nothing of ours lies
FREE_SIZE = EXTERNAL + SIZE - FREE
STACK = 15 * 1024  # bytes of C stack that MicroPython may use, as on an ESP32-S3
# For programs on the core: a block device in its RAM, as littlefs takes one.
RAM_DISK = """
class Disk:
    def __init__(self, memory):
        self.memory = memoryview(memory)

    def readblocks(self, block, buffer, offset=0):
        start = block * 4096 + offset
        buffer[:] = self.memory[start : start + len(buffer)]

    def writeblocks(self, block, buffer, offset=0):
        start = block * 4096 + offset
        self.memory[start : start + len(buffer)][:] = buffer  # by a view of its own, or all behind it is moved too

    def ioctl(self, operation, argument):
        return len(self.memory) // 4096 if operation == 4 else 4096 if operation == 5 else 0
"""
_START = f"""
import core, gc, sys, uctypes, vfs
core.stack({STACK})
vfs.mount(vfs.VfsRom(uctypes.bytearray_at({EXTERNAL}, %d)), "/rom")
sys.path[:] = ["/rom"]
import device
"""


class Machine:
    """A running core; use it in a `with` statement. Raises Missing where it cannot be had."""

    name = "Cortex-M3"

    def __init__(
        self, timeout: float = 120.0, firmware: Path = FIRMWARE, modules: Mapping[str, Path] | None = None
    ) -> None:
        """`modules`: sources beside the firmware, by the names that they are imported by."""
        build = find_build()
        self.elf = build / "firmware.elf"
        cross = Path(os.environ.get("GATEPOST_MPY_CROSS") or build / "mpy-cross")
        self.timeout = timeout
        self.instructions = 0  # of the last request, the reading of its arguments left out
        extra = {"device": Path(__file__).with_name("device.py"), "server": SERVER, **(modules or {})}
        self._image = firmware_image(firmware, extra, cross, build / "mpy")
        if len(self._image) > _REQUEST - EXTERNAL:
            raise ValueError("the firmware does not fit into its place in the external RAM")
        self._folder = tempfile.TemporaryDirectory(prefix="gatepost-mcu-")
        self._emulator: Emulator | None = None
        self._start()

    def __enter__(self) -> Machine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        self._folder.cleanup()

    def load(self, address: int, data: bytes) -> None:
        """Put bytes into the external RAM; from FREE on nothing is in their way."""
        assert self._emulator is not None
        self._emulator.load(address, data)

    def read(self, address: int, size: int) -> bytes:
        """Bytes of the external RAM."""
        assert self._emulator is not None
        return self._emulator.read(address, size)

    def call(self, target: str, *args: Any, timeout: float | None = None, **kwargs: Any) -> Any:
        """Call `module:function` of the firmware."""
        return self._ask(["call", target, list(args), kwargs], timeout)

    def run(self, source: str, space: str = "test", timeout: float | None = None, **names: Any) -> Any:
        """Execute MicroPython source with `names` set; returns what it leaves in `result`."""
        return self._ask(["run", space, source, names], timeout)

    def execute(self, source: str, timeout: float | None = None) -> str:
        """Send source through the raw REPL; what it prints. Raises DeviceError with what it complains of."""
        self._port.write(source.encode() + b"\x04")
        deadline = time.monotonic() + (timeout or self.timeout)
        self._until(b"OK", deadline)
        printed = self._until(b"\x04", deadline)
        complaint = self._until(b"\x04", deadline)
        self._until(b">", deadline)
        if complaint:
            text = complaint.decode("utf-8", "replace").strip()
            kind, _, rest = text.splitlines()[-1].partition(":")
            raise DeviceError(kind, rest.strip(), text, None)
        return printed.decode()

    def restart(self) -> None:
        """Begin anew, with an empty heap."""
        self.close()
        self._start()

    def close(self) -> None:
        """End the emulation."""
        if self._emulator is not None:
            self._port.close()
            self._emulator.close()
            self._emulator = None

    @property
    def running(self) -> bool:
        """Whether there is a core; one that died is replaced at the next request."""
        return not self._gone()

    @property
    def port(self) -> str:
        """The path of the serial line."""
        return str(self._port.port)

    @contextlib.contextmanager
    def released(self) -> Any:
        """While inside, the serial line belongs to somebody else (mpremote, say), who leaves the core restarted."""
        self._port.write(b"\x02")
        self._port.close()
        yield self._port.port
        self.restart()

    def _start(self) -> None:
        ram = Path(self._folder.name) / "ram"
        ram.unlink(missing_ok=True)
        put(ram, EXTERNAL, self._image)
        self._emulator = Emulator(self.elf, ram)
        self._port = serial.Serial(self._emulator.port, 115200, timeout=0.5)
        self._port.write(b"\x01")  # to the raw REPL
        self._until(b"raw REPL; CTRL-B to exit\r\n>", time.monotonic() + self.timeout)
        self.execute(_START % len(self._image))

    def _ask(self, request: list[Any], timeout: float | None) -> Any:
        if self._emulator is None:
            self._start()
        body = bytearray()
        pack(request, body)
        if len(body) > _ANSWER - _REQUEST:
            raise ValueError("the request does not fit into its place in the external RAM")
        self.load(_REQUEST, bytes(body))
        printed = self.execute(f"print(device.serve({_REQUEST}, {len(body)}, {_ANSWER}))", timeout)
        # What the program itself printed comes before.
        size, ticks = (int(number) for number in printed.splitlines()[-1].strip("() \r\n").split(","))
        self.instructions = ticks * PER_TICK
        answer = unpack(self.read(_ANSWER, size))
        if answer[0]:
            return answer[1]
        raise DeviceError(*answer[1:])

    def _until(self, end: bytes, deadline: float) -> bytes:
        got = bytearray()
        while not got.endswith(end):
            more = self._port.read(1)
            if got.endswith(
                b"xPSR: "
            ):  # the last line of the port's report of a fault, after which it stands still
                said = bytes(got[got.rfind(b"\x04") + 1 :]).decode("ascii", "replace")
                self.close()
                raise InterpreterDied(f"{self.name}: {said}")
            if not more and (time.monotonic() > deadline or self._gone()):
                self.close()
                raise InterpreterDied(f"{self.name}: no answer in time, last heard {bytes(got[-200:])!r}")
            got += more
        return bytes(got[: -len(end)])

    def _gone(self) -> bool:
        return self._emulator is None or self._emulator.gone()
