"""A MicroPython process that stays, and answers the calls that tests make of the firmware.

One process serves a whole test file: starting it costs more than most tests. A call that takes too long or kills
the process ends in an error for that test, and the next call starts a fresh one.
"""

from __future__ import annotations

import contextlib
import os
import select
import struct
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.wire import pack, unpack

ROOT = Path(__file__).resolve().parents[2]
FIRMWARE = ROOT / "firmware"
SERVER = Path(__file__).with_name("server.py")


class DeviceError(Exception):
    """An exception raised on MicroPython: `kind` is its class name, `code` a Refusal's reason code."""

    def __init__(self, kind: str, text: str, trace: str, code: str | None) -> None:
        super().__init__(f"{kind}: {text}\n{trace}")
        self.kind = kind
        self.text = text
        self.code = code


class InterpreterDied(Exception):
    """The process ended, or was ended because it did not answer in time."""


class Interpreter:
    """`command` starts MicroPython; `name` is what test identifiers show."""

    def __init__(
        self,
        command: Sequence[str],
        name: str,
        heap: str = "16M",
        timeout: float = 60.0,
        firmware: Path = FIRMWARE,
    ) -> None:
        self.command = list(command)
        self.name = name
        self.heap = heap
        self.timeout = timeout
        self.firmware = firmware
        self._process: subprocess.Popen[bytes] | None = None

    def call(self, target: str, *args: Any, timeout: float | None = None, **kwargs: Any) -> Any:
        """Call `module:function` of the firmware, e.g. `scanner.codec.base45:decode`."""
        return self._ask(["call", target, list(args), kwargs], timeout)

    def run(self, source: str, space: str = "test", timeout: float | None = None, **names: Any) -> Any:
        """Execute MicroPython source with `names` set; returns what it leaves in `result`.

        `space` keeps its names from one run to the next, so that a helper is defined once.
        """
        return self._ask(["run", space, source, names], timeout)

    def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            for stream in (self._process.stdin, self._process.stdout):
                if stream is not None:
                    with contextlib.suppress(BrokenPipeError):
                        stream.close()
            self._process = None

    def _ask(self, request: list[Any], timeout: float | None) -> Any:
        body = bytearray()
        pack(request, body)
        deadline = time.monotonic() + (timeout or self.timeout)
        process = self._running()
        assert process.stdin is not None
        try:
            process.stdin.write(struct.pack("<I", len(body)) + body)
            process.stdin.flush()
            (length,) = struct.unpack("<I", self._read(4, deadline))
            answer = unpack(self._read(length, deadline))
        except (BrokenPipeError, EOFError, TimeoutError) as error:
            code = process.poll()
            self.close()
            raise InterpreterDied(f"{self.name}: {error or 'pipe closed'} (exit code {code})") from None
        if answer[0]:
            return answer[1]
        raise DeviceError(*answer[1:])

    def _read(self, count: int, deadline: float) -> bytes:
        assert self._process is not None and self._process.stdout is not None
        handle = self._process.stdout.fileno()
        parts = bytearray()
        while len(parts) < count:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([handle], [], [], left)[0]:
                raise TimeoutError("no answer in time")
            more = os.read(handle, min(count - len(parts), 1 << 20))
            if not more:
                raise EOFError("the interpreter ended")
            parts += more
        return bytes(parts)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [*self.command, "-X", f"heapsize={self.heap}", str(SERVER)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, "MICROPYPATH": str(self.firmware)},
            )
        return self._process
