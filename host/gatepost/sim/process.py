"""The virtual scanner's process, its serial port, and its end.

The pseudo-terminal belongs to this side, so that a scanner that is killed and started again keeps its port's name, as
one that is plugged in again. The scanner gets two open files: the port's far side, and the hardware channel.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from gatepost.errors import GatepostError
from gatepost.sim.channel import Channel


class SerialPort:
    """A pseudo-terminal: `path` is what pyserial opens, `scanner_end` what the scanner reads and writes."""

    def __init__(self) -> None:
        if sys.platform == "win32":
            raise GatepostError("the virtual scanner needs a pseudo-terminal, which Windows lacks: use WSL")
        import tty  # noqa: PLC0415 - not on Windows

        self.scanner_end, self._other = os.openpty()
        # Held open here too: without any reader, the scanner's end would report an error instead of silence.
        tty.setraw(self._other)
        os.set_blocking(self.scanner_end, False)
        self.path = os.ttyname(self._other)

    def close(self) -> None:
        for handle in (self.scanner_end, self._other):
            with contextlib.suppress(OSError):
                os.close(handle)


class ScannerProcess:
    """A running scanner. `settings` become name=value arguments of the firmware's main.py."""

    def __init__(
        self, command: Sequence[str], firmware: Path, heap: str, port: SerialPort, settings: dict[str, str]
    ) -> None:
        ours, theirs = socket.socketpair()
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        names = {**settings, "channel": str(theirs.fileno()), "serial": str(port.scanner_end)}
        arguments = [f"{name}={value}" for name, value in names.items()]
        try:
            self._process = subprocess.Popen(
                [*command, "-X", f"heapsize={heap}", str(firmware / "main.py"), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=self._log,
                pass_fds=[theirs.fileno(), port.scanner_end],
                start_new_session=True,  # Ctrl-C in a terminal is for the tool, which then stops the scanner
                env={**os.environ, "MICROPYPATH": ".frozen"},
            )
        except OSError as error:
            ours.close()
            self._log.close()
            raise GatepostError(f"cannot start MicroPython ({command[0]}): {error.strerror}") from None
        finally:
            theirs.close()
        self.channel = Channel(ours)

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        self._process.kill()
        self._process.wait()

    def stop(self, patience: float = 3.0) -> None:
        """Ask it to end, then end it."""
        if self.alive:
            with contextlib.suppress(Exception):
                self.channel.send("Q")
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(patience)
        self.kill()

    def last_words(self) -> str:
        """What it printed: nothing, or the traceback of its end."""
        with contextlib.suppress(ValueError, OSError):
            self._log.seek(0)
            return self._log.read().decode("utf-8", "replace").strip()
        return ""

    def close(self) -> None:
        self.channel.close()
        self._log.close()
