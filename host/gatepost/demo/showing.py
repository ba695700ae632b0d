"""Shows systems to a virtual scanner: every code as a picture before its camera, and what it says of each."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PIL import Image

from gatepost.demo.photos import FRAME
from gatepost.demo.systems import SYSTEMS, Act, System
from gatepost.demo.world import World
from gatepost.issue import qr, shc
from gatepost.sim import VirtualScanner
from gatepost.sim.reading import reading_files
from gatepost.sim.scan import Scan


@dataclass(frozen=True)
class Shown:
    name: str
    system: System
    act: Act
    pictures: list[Image.Image]
    scan: Scan

    @property
    def as_expected(self) -> bool:
        return (self.scan.verdict, self.scan.code) == (self.act.verdict, self.act.code)


def show(names: Sequence[str], micropython: str | None = None) -> Iterator[Shown]:
    """Each act of these systems, judged by one scanner that trusts their invented issuers."""
    world = World()
    plays = [(name, act) for name in names for act in SYSTEMS[name].acts(world)]
    files = reading_files(world.reading, micropython=micropython) if world.reading else {}
    with VirtualScanner(**world.settings(), files=files, micropython=micropython) as scanner:
        for name, act in plays:
            pictures = [picture(content) for content in act.frames]
            yield Shown(name, SYSTEMS[name], act, pictures, scanner.show(pictures))


def picture(content: str | bytes) -> Image.Image:
    """The code as large as the camera's frame lets it be, on grey."""
    # A health card is digits behind its head, in two modes.
    made = shc.segments(content) if isinstance(content, str) and content.startswith("shc:/") else content
    small = Image.open(io.BytesIO(qr.qr_png(made, level="L", scale=1))).convert("L")
    side = small.width * (FRAME[1] // small.width)
    frame = Image.new("L", FRAME, 128)
    frame.paste(
        small.resize((side, side), Image.Resampling.NEAREST), ((FRAME[0] - side) // 2, (FRAME[1] - side) // 2)
    )
    return frame
