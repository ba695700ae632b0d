"""The virtual scanner, for tests, demonstrations and the command line.

with VirtualScanner(bundle="list.gatepost", authority=point) as scanner:
    scan = scanner.show("certificate.png")
    print(scan.verdict, scan.code, scan.sentence)
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import struct
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from PIL import Image

from gatepost.errors import GatepostError
from gatepost.sim import scan as scans
from gatepost.sim.channel import PROTOCOL, ChannelClosed, Unasked
from gatepost.sim.firmware import find_firmware
from gatepost.sim.flash import put_files
from gatepost.sim.images import LARGEST, VGA, Frame, Picture, frames
from gatepost.sim.interpreter import find_micropython
from gatepost.sim.process import ScannerProcess, SerialPort
from gatepost.sim.scan import Scan
from gatepost.sim.screen import to_image

HEAP = "8M"  # of the boards' PSRAM
_HOST_TIME, _FROZEN, _DOUBTFUL = range(3)  # clock modes of the virtual board
_START_SECONDS = 30.0
_FRAME_SECONDS = 60.0


class VirtualScanner:
    """One scanner, from its start to its end.

    `flash`: the file that is its flash; None makes one that goes with the scanner. `bundle`: a trust bundle, `policy`:
    a policy bundle, `revocation`: one of withdrawn certificates (bytes or their files), and `authority`: the 65 bytes
    of their authority's public key, put on flash before the start; without them the flash is used as it is. `clock`:
    unix seconds at which the scanner's clock stands, None for this computer's.
    `size`: of the screen; `camera`: the largest frame; `hold`: seconds a verdict stays; `cut`: the write to flash at
    which the power goes; `files`: what else is put on flash before the start, as of `sim.reading`.
    """

    def __init__(
        self,
        flash: str | os.PathLike[str] | None = None,
        bundle: str | os.PathLike[str] | bytes | None = None,
        policy: str | os.PathLike[str] | bytes | None = None,
        revocation: str | os.PathLike[str] | bytes | None = None,
        authority: bytes | None = None,
        clock: float | None = None,
        size: tuple[int, int] = (320, 240),
        micropython: str | os.PathLike[str] | None = None,
        camera: tuple[int, int] = VGA,
        hold: float | None = None,
        heap: str = HEAP,
        cut: int = 0,
        files: Mapping[str, bytes] | None = None,
    ) -> None:
        if camera[0] > LARGEST[0] or camera[1] > LARGEST[1]:
            raise GatepostError(f"the largest frame is {LARGEST[0]}x{LARGEST[1]}")
        self._command = find_micropython(micropython)
        self._firmware = find_firmware()
        self._own = None if flash else tempfile.TemporaryDirectory(prefix="gatepost-")
        self.flash = Path(flash) if flash else Path(self._own.name) / "flash.img" if self._own else Path()
        self._files = {**(files or {}), **_bundle_files([bundle, policy, revocation], authority)}
        self._clock = clock
        self._clock_trusted = True
        self._size = size
        self.camera = camera
        self._hold = hold
        self._heap = heap
        self._cut = cut
        self._port: SerialPort | None = None
        self._process: ScannerProcess | None = None
        self.about: dict[str, Any] = {}  # what the scanner said of itself when it started
        self.shown = 0  # frames in all

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def port(self) -> str:
        """The serial port's path, for pyserial."""
        if self._port is None:
            raise GatepostError("the virtual scanner is not running")
        return self._port.path

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.alive

    @property
    def unasked(self) -> Unasked:
        """Sounds, faults and cleared verdicts since the start."""
        process = self._running()
        with contextlib.suppress(ChannelClosed):
            process.channel.settle()
        return process.channel.unasked

    def start(self) -> None:
        """Boot; returns when the scanner looks at its first frame."""
        if self.alive:
            raise GatepostError("the virtual scanner is already running")
        if self._files or not self.flash.exists():
            put_files(self.flash, self._files)
            self._files = {}
        self._port = self._port or SerialPort()
        settings = {
            "flash": str(self.flash),
            "camera": f"{self.camera[0]}x{self.camera[1]}",
            "screen": f"{self._size[0]}x{self._size[1]}",
        }
        if self._hold is not None:
            settings["hold"] = str(round(self._hold * 1000))
        if self._cut:
            settings["cut"] = str(self._cut)
        if self._clock is not None:
            settings["clock"] = f"{self._clock_mode()},{int(self._clock)}"
        self._process = ScannerProcess(self._command, self._firmware, self._heap, self._port, settings)
        with self._listening():
            _, body = self._process.channel.answer("R", _START_SECONDS)
        self.about = json.loads(body)
        if self.about["protocol"] != PROTOCOL:
            raise GatepostError(
                f"the firmware speaks version {self.about['protocol']} of the virtual board's channel, and this tool "
                f"version {PROTOCOL}"
            )

    def show(
        self, pictures: Picture | Iterable[Picture], timeout: float = _FRAME_SECONDS, dismiss: bool = True
    ) -> Scan:
        """Hold pictures before the camera, one frame after the other, until a verdict on a whole certificate.

        `pictures`: one, or several in a row; an animation or a file of many pages counts as its frames. What was shown
        before is dismissed first, as by a guard's button, unless not `dismiss`: the same traveller's next certificate.
        Frames after the verdict are not shown.
        """
        process = self._running()
        if dismiss:
            self.press()
        count = 0
        size = (0, 0)
        report: dict[str, Any] | None = None
        part: Scan | None = None
        deadline = time.monotonic() + timeout
        for frame in frames(pictures, self.camera):
            count += 1
            size = (frame.width, frame.height)
            found, report = self._expose(process, frame, deadline)
            if found:
                scan = scans.from_report(report, count, size)
                if scan.code != "part_of_several":
                    return self._with_screen(scan)
                part = scan
        return self._with_screen(part or scans.nothing(report, count, size))

    def fail_capture(self) -> None:
        """The camera's next capture fails, as real ones now and then do."""
        self._running().channel.send("N")

    def screen(self) -> Image.Image:
        """What the screen shows now."""
        body = self._ask("P", b"", "P")
        width, height = struct.unpack_from("<HH", body)
        return to_image(memoryview(body)[4:], width, height)

    def press(self) -> None:
        """The guard's button: dismisses the verdict on the screen."""
        self._ask("B", b"", "K")

    def set_clock(self, clock: float | None, trusted: bool = True) -> None:
        """Stand still at unix seconds `clock`, or run with this computer (None); untrusted means nobody set it."""
        self._clock = clock
        self._clock_trusted = trusted
        self._ask("T", struct.pack("<Bq", self._clock_mode(), int(clock or 0)), "K")

    def set_hold(self, seconds: float) -> None:
        """How long a verdict stays on the screen."""
        self._hold = seconds
        self._ask("H", struct.pack("<I", round(seconds * 1000)), "K")

    def kill(self) -> None:
        """Power cut: kill -9. The flash keeps what had been written."""
        self._running().kill()

    def restart(self) -> None:
        """Start again on the same flash and the same port, after ending what still runs."""
        if self._process is not None:
            self._process.stop()
            self._process.close()
            self._process = None
        self._cut = 0
        self.start()

    def stop(self) -> None:
        """End the scanner and give back its port."""
        if self._process is not None:
            self._process.stop()
            self._process.close()
            self._process = None
        if self._port is not None:
            self._port.close()
            self._port = None
        if self._own is not None:
            self._own.cleanup()

    def _clock_mode(self) -> int:
        if self._clock is None:
            return _HOST_TIME
        return _FROZEN if self._clock_trusted else _DOUBTFUL

    def _expose(self, process: ScannerProcess, frame: Frame, deadline: float) -> tuple[bool, dict[str, Any]]:
        """Show one frame; whether it gave a verdict, and the scanner's report."""
        self.shown += 1
        with self._listening():
            process.channel.send("F", struct.pack("<HH", frame.width, frame.height), frame.pixels)
            kind, body = process.channel.answer("VE", max(0.1, deadline - time.monotonic()))
        return kind == "V", json.loads(body)

    def _with_screen(self, scan: Scan) -> Scan:
        return dataclasses.replace(scan, screen=self.screen())

    def _ask(self, kind: str, body: bytes, answer: str) -> bytes:
        process = self._running()
        with self._listening():
            process.channel.send(kind, body)
            return process.channel.answer(answer, _FRAME_SECONDS)[1]

    def _running(self) -> ScannerProcess:
        if self._process is None:
            raise GatepostError("the virtual scanner is not running")
        return self._process

    @contextlib.contextmanager
    def _listening(self) -> Iterator[None]:
        """Turns the process's end and its silence into one sentence, with its last words."""
        try:
            yield
        except ChannelClosed:
            words = self._running().last_words()
            raise GatepostError("the virtual scanner ended" + (f":\n{words}" if words else "")) from None
        except TimeoutError as error:
            # Its answer may still come, and would be taken for the next one's.
            self._running().kill()
            raise GatepostError(str(error)) from None


def _bundle_files(
    bundles: Iterable[str | os.PathLike[str] | bytes | None], authority: bytes | None
) -> dict[str, bytes]:
    """What provisioning leaves on flash."""
    files = {}
    if authority is not None:
        if len(authority) != 65:
            raise GatepostError("an authority's public key has 65 bytes: 04, x, y")
        files["authority.pub"] = authority
    for bundle in bundles:
        if bundle is None:
            continue
        from gatepost.trust.bundle import read_bundle  # noqa: PLC0415 - heavy, and not always needed

        try:
            data = bundle if isinstance(bundle, bytes) else Path(bundle).read_bytes()
        except OSError as error:
            raise GatepostError(f"{bundle}: {error.strerror}") from None
        found = read_bundle(data)
        files |= {f"{found.kind}/{name}": content for name, content in found.files().items()}
    return files
