"""Which serial ports have a scanner behind them.

Three places are looked at: the ports named in GATEPOST_PORT, else the USB ports whose vendor and product number a
board file names, and the virtual scanners that `gatepost sim` runs for this user. A port is a scanner when it answers
a hello; nothing else is ever sent to a port that did not.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from serial.tools import list_ports

from gatepost import boards
from gatepost.device.client import PROTOCOL, Client, NoAnswer
from gatepost.errors import GatepostError

VARIABLE = "GATEPOST_PORT"
_HELLO_TRIES = 3
_HELLO_SECONDS = 1.0
_AT_ONCE = 32  # ports asked in parallel
_UDEV = "hardware/udev/60-gatepost.rules"


@dataclass(frozen=True)
class Found:
    """A port and what answered there: its hello, or why there is none."""

    port: str
    hello: dict[str, Any] | None
    problem: str = ""

    @property
    def name(self) -> str:
        return str((self.hello or {}).get("name", ""))

    @property
    def label(self) -> str:
        """How people tell it from the others."""
        return self.name or self.port


def candidates() -> list[str]:
    """Ports that may have a scanner, in a fixed order."""
    named = [each for each in os.environ.get(VARIABLE, "").replace(",", " ").split() if each]
    if named:
        return named
    ids = usb_ids()
    usb = sorted(each.device for each in list_ports.comports() if (each.vid, each.pid) in ids)
    return usb + announced()


def usb_ids() -> set[tuple[int, int]]:
    """Vendor and product numbers of every board we know."""
    found = set()
    for name in boards.names():
        with (boards.folder() / f"{name}.toml").open("rb") as file:
            for pair in tomllib.load(file).get("usb", {}).get("vid_pid", ()):
                vendor, product = pair.split(":")
                found.add((int(vendor, 16), int(product, 16)))
    return found


def connect(port: str) -> Client:
    """Open a port. GatepostError says what to do where the user may not."""
    if os.path.exists(port) and not os.access(port, os.R_OK | os.W_OK):
        raise GatepostError(
            f"you may not use {port}: install {_UDEV} and join the group dialout "
            "(sudo usermod -aG dialout $USER), then log in again"
        )
    return Client(port)


def probe(port: str) -> Found:
    """Say hello on a port."""
    try:
        with connect(port) as client:
            return Found(port, _hello(client))
    except GatepostError as error:
        return Found(port, None, str(error))


def find(ports: Sequence[str] | None = None) -> list[Found]:
    """Say hello on `ports`, or on every candidate, all at once; in the order of the ports."""
    asked = list(dict.fromkeys(candidates() if ports is None else ports))
    if not asked:
        return []
    with ThreadPoolExecutor(min(len(asked), _AT_ONCE)) as pool:
        return list(pool.map(probe, asked))


@contextlib.contextmanager
def announce(port: str) -> Iterator[None]:
    """Let this user's other tools find a virtual scanner's port while the context lasts."""
    note = _notes() / str(os.getpid())
    with contextlib.suppress(OSError):  # not being found is no reason not to run
        note.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        note.write_text(port)
    try:
        yield
    finally:
        note.unlink(missing_ok=True)


def announced() -> list[str]:
    """Ports of the virtual scanners whose processes still run."""
    folder = _notes()
    ports = []
    with contextlib.suppress(OSError):
        if folder.stat().st_uid != os.getuid():  # a temporary folder is everybody's
            return []
        for note in sorted(folder.iterdir()):
            if not note.name.isdigit() or not _runs(int(note.name)):
                note.unlink(missing_ok=True)
                continue
            ports.append(note.read_text().strip())
    return ports


def _hello(client: Client) -> dict[str, Any]:
    answer: dict[str, Any] | None = None
    for attempt in range(1, _HELLO_TRIES + 1):
        try:
            answer = client.ask("hello", {"protocol": list(PROTOCOL)}, _HELLO_SECONDS)
            break
        except NoAnswer:
            if attempt == _HELLO_TRIES:
                raise
    if not isinstance(answer, dict) or "protocol" not in answer:
        raise GatepostError("what answers there is no scanner")
    major, minor = answer["protocol"]
    if major != PROTOCOL[0]:
        raise GatepostError(
            f"the scanner speaks protocol {major}.{minor}, and this tool {PROTOCOL[0]}.{PROTOCOL[1]}"
        )
    return answer


def _notes() -> Path:
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and os.path.isdir(runtime):
        return Path(runtime) / "gatepost"
    return Path(tempfile.gettempdir()) / f"gatepost-{os.getuid() if hasattr(os, 'getuid') else 'user'}"


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except PermissionError:
        return True
    except OSError:
        return False
    return True
