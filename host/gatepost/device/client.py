"""A scanner on a serial port: ask, and get the answer.

The transport never prints and the commands never touch the port. A lost or damaged answer is asked for again; every
request has a number of its own, so a late answer is not taken for the next one's.
"""

from __future__ import annotations

import contextlib
import time
from types import TracebackType
from typing import Any, Self

import cbor2
import serial

from gatepost.device import frames
from gatepost.errors import GatepostError

PROTOCOL = (1, 0)
_HELLO_TRIES = 5
_HELLO_SECONDS = 1.0
_SECONDS = 3.0


class LinkError(GatepostError):
    """The scanner refused a request: `code` is one of the link's closed list."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"the scanner refused: {code}" + (f" ({message})" if message else ""))
        self.code = code


class NoAnswer(GatepostError):
    """Nothing that can be read came back in time."""


class Client:
    """`port` is a path or name as pyserial takes it."""

    def __init__(self, port: str) -> None:
        try:
            self._serial = serial.Serial(port, 115200, timeout=0.05, write_timeout=_SECONDS)
        except (serial.SerialException, OSError) as error:
            raise GatepostError(f"cannot open the port {port}: {error}") from None
        # The ESP32-S3's USB sends nothing before both lines are up.
        with contextlib.suppress(OSError):  # a pseudo-terminal has no lines
            self._serial.dtr = True
            self._serial.rts = True
        self._receiver = frames.Receiver()
        self._number = int(time.time()) & 0xFFFF0000
        self.stale_answers = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._serial.close()

    @property
    def discarded_bytes(self) -> int:
        """Bytes from the scanner that were no frame."""
        return self._receiver.discarded_bytes

    def hello(self) -> dict[str, Any]:
        """Who is there. Raises GatepostError where its protocol is another one."""
        for _ in range(_HELLO_TRIES - 1):
            with contextlib.suppress(NoAnswer):
                answer = self.ask("hello", {"protocol": list(PROTOCOL)}, _HELLO_SECONDS)
                break
        else:
            answer = self.ask("hello", {"protocol": list(PROTOCOL)}, _HELLO_SECONDS)
        major, minor = answer["protocol"]
        if major != PROTOCOL[0]:
            raise GatepostError(
                f"the scanner speaks protocol {major}.{minor}, and this tool {PROTOCOL[0]}.{PROTOCOL[1]}: "
                "use the gatepost that belongs to its firmware"
            )
        return answer

    def ping(self) -> float:
        """Seconds until the answer."""
        started = time.monotonic()
        self.ask("ping")
        return time.monotonic() - started

    def ask(self, method: str, params: dict[str, Any] | None = None, seconds: float = _SECONDS) -> Any:
        """The result of one request. Raises LinkError where the scanner refuses, NoAnswer where it is silent."""
        self._number = (self._number + 1) & 0xFFFFFFFF
        request: dict[str, Any] = {"id": self._number, "method": method}
        if params is not None:
            request["params"] = params
        try:
            self._serial.write(frames.build(cbor2.dumps(request)))
            return self._await(self._number, time.monotonic() + seconds)
        except serial.SerialException as error:
            raise GatepostError(f"the port failed: {error}") from None

    def _await(self, number: int, deadline: float) -> Any:
        while time.monotonic() < deadline:
            for message in self._receiver.feed(self._serial.read(max(1, self._serial.in_waiting))):
                answer = _read_answer(message)
                if answer is None:
                    continue
                if "error" in answer and answer.get("id") in (number, None):
                    raise LinkError(str(answer["error"].get("code")), str(answer["error"].get("message", "")))
                if answer.get("id") == number and "result" in answer:
                    return answer["result"]
                self.stale_answers += 1
        raise NoAnswer("the scanner does not answer: is it on, and is this its port?")


def _read_answer(message: bytes) -> dict[str, Any] | None:
    try:
        answer = cbor2.loads(message)
    except (cbor2.CBORDecodeError, ValueError, EOFError):
        return None
    if not isinstance(answer, dict) or not isinstance(answer.get("error", {}), dict):
        return None
    return answer
