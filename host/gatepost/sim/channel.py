"""The computer's end of the virtual board's hardware channel.

firmware/scanner/boards/virtual_channel.py lists the messages. Some come unasked (sounds, faults, a verdict that
cleared); `answer` collects them on its way to the one that was waited for.
"""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import time
from dataclasses import dataclass, field
from typing import Any

PROTOCOL = 1
_HEAD = struct.Struct("<BI")
_LIMIT = 16 * 1024 * 1024  # bytes of one message; a screen has 150 KB


class ChannelClosed(Exception):
    """The scanner's process has gone."""


@dataclass
class Unasked:
    """What the scanner said by itself since the last look."""

    sounds: list[Any] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    cleared: int = 0


class Channel:
    """`sock` is the computer's end of the pair."""

    def __init__(self, sock: socket.socket) -> None:
        self._socket = sock
        self.unasked = Unasked()

    def send(self, kind: str, *parts: bytes | memoryview) -> None:
        try:
            self._socket.settimeout(30)
            self._socket.sendall(_HEAD.pack(ord(kind), sum(len(part) for part in parts)))
            for part in parts:
                self._socket.sendall(part)
        except OSError as error:
            raise ChannelClosed(str(error)) from None

    def answer(self, kinds: str, timeout: float) -> tuple[str, bytes]:
        """The next message of one of `kinds`. Raises TimeoutError or ChannelClosed."""
        deadline = time.monotonic() + timeout
        while True:
            kind, body = self._message(deadline)
            if kind in kinds:
                return kind, body
            self._note(kind, body)

    def settle(self) -> None:
        """Take in what is there already."""
        with contextlib.suppress(TimeoutError):
            while True:
                self._note(*self._message(time.monotonic()))

    def close(self) -> None:
        self._socket.close()

    def _note(self, kind: str, body: bytes) -> None:
        if kind == "S":
            self.unasked.sounds.append(json.loads(body))
        elif kind == "X":
            self.unasked.faults.append(body.decode("utf-8", "replace"))
        elif kind == "C":
            self.unasked.cleared += 1

    def _message(self, deadline: float) -> tuple[str, bytes]:
        kind, length = _HEAD.unpack(self._exactly(_HEAD.size, deadline))
        if length > _LIMIT:
            raise ChannelClosed("the scanner sent no message of the channel")
        # A message that has begun is read to its end: the next one must find the channel in step.
        return chr(kind), self._exactly(length, max(deadline, time.monotonic() + 10))

    def _exactly(self, count: int, deadline: float) -> bytes:
        parts = bytearray()
        while len(parts) < count:
            self._socket.settimeout(max(deadline - time.monotonic(), 0.001 if not parts else 10))
            try:
                more = self._socket.recv(min(count - len(parts), 1 << 20))
            except (TimeoutError, BlockingIOError):
                raise TimeoutError("the virtual scanner did not answer in time") from None
            except OSError as error:
                raise ChannelClosed(str(error)) from None
            if not more:
                raise ChannelClosed("the virtual scanner ended")
            parts += more
        return bytes(parts)
