"""How many frames are read, and in how many milliseconds, beside the other readers installed here.

    python tests/bench/vision.py                          frames made for this run, with codes and without
    python tests/bench/vision.py --made 100 --seed 1 --into docs/measurements
    python tests/bench/vision.py --corpora FOLDER --set dcc-qr --set qr-zxing --missed

Prints Markdown: frames read of each class, frames without a code in which something was read, decode rate by pixels
a module, median times. With --into, the same goes to vision.md in that folder, with a picture. Ours runs on the
interpreter of this environment (or GATEPOST_MICROPYTHON), the peers as native code with their defaults, one thread.
Rates are counted by several processes; times are taken afterwards, by one, on the first frames of each class: they
are wall times, so a busy machine shows in all of them.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import time
from collections.abc import Iterator
from multiprocessing import Pool
from pathlib import Path
from typing import Any, NamedTuple

from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import vision_report
from harness import pictures
from harness.interpreter import Interpreter
from vision_report import OURS, Outcome, Timing

SETS = ("gate", "dcc-qr", "qr-zxing")
SCALED = {"dcc-qr": ("vga", "qvga"), "qr-zxing": ("vga",)}  # to these; `gate` is of its sizes
PROCESSES = 2
DECODE = """
import time
from scanner.vision.decoder import Decoder
if "decoder" not in globals():
    decoder = Decoder(640, 480, time.ticks_us)
started = time.ticks_us()
found = decoder.decode(frame, width, height)
spent = time.ticks_diff(time.ticks_us(), started)
result = [[s.payload for s in found], spent, decoder.stage_us, decoder.seen]
"""


class Frame(NamedTuple):
    """Which frame: of our own makers by class, size and number, or the picture of a corpus by its path."""

    kind: str
    size: str
    number: int
    path: str = ""
    text: str = ""


class Shot(NamedTuple):
    """A frame itself, and what is known of it."""

    image: Image.Image
    text: str
    pitch: float
    told: str


class Readers:
    """Ours and the peers, each as a function from a picture to payloads."""

    def __init__(self) -> None:
        beside = str(Path(sys.executable).with_name("micropython"))
        self._ours = Interpreter([os.environ.get("GATEPOST_MICROPYTHON", beside)], "64-bit")
        self.peers = pictures.peers()

    def ours(self, image: Image.Image) -> tuple[list[bytes], float, list[float], int]:
        """Payloads, milliseconds, those of finding, fitting and reading, and finder patterns seen."""
        texts, spent, stages, seen = self._ours.run(
            DECODE, space="bench", frame=image.tobytes(), width=image.width, height=image.height
        )
        return texts, spent / 1000, [stage / 1000 for stage in stages], seen


def shot(frame: Frame, seed: int) -> Shot:
    """Make the frame, or open it."""
    import frame_empty  # these need numpy
    import frame_maker

    if frame.path:
        image = pictures.luminance(Path(frame.path), frame_maker.SIZES[frame.size])
        return Shot(image, frame.text, 0.0, Path(frame.path).name)
    if frame.kind in frame_empty.KINDS:
        image = frame_empty.make(frame.kind, frame_maker.SIZES[frame.size], seed, frame.number)
        return Shot(image, "", 0.0, f"{frame.number:03}")
    made = frame_maker.make(frame.kind, frame.size, seed, frame.number)
    told = f"{frame.number:03} version {made.version}-{made.level}, {made.pitch:.1f} px/module, {made.told}"
    return Shot(made.image, made.text, made.pitch, told)


def planned(args: argparse.Namespace) -> Iterator[Frame]:
    """Every frame of this run."""
    import frame_empty
    import frame_maker

    for size in frame_maker.SIZES if args.made else ():
        for kind in (*frame_maker.CLASSES, *frame_empty.KINDS):
            for number in range(args.made):
                yield Frame(kind, size, number)
    for wanted in args.set:
        for number, (path, row) in enumerate(pictures.rows(args.corpora, wanted)):
            if number % args.every == 0:
                kind = f"gate {row['class']}" if wanted == "gate" else wanted
                for size in SCALED.get(wanted) or (row["size"],):
                    yield Frame(kind, size, number, str(path), row["text"])


_worker: dict[str, Any] = {}


def _begin(seed: int) -> None:
    _worker["readers"], _worker["seed"] = Readers(), seed


def rated(frame: Frame) -> Outcome:
    """What each reader made of a frame; runs in a process of its own."""
    readers: Readers = _worker["readers"]
    made = shot(frame, _worker["seed"])
    found = {OURS: readers.ours(made.image)}
    texts = {OURS: found[OURS][0]} | {name: read(made.image) for name, read in readers.peers.items()}
    good = {name: any(pictures.same(one, made.text) for one in each) for name, each in texts.items()}
    wrong = {name: bool(each) and not good[name] for name, each in texts.items()}
    told = f"{made.told} ({found[OURS][3]} finders)"
    return Outcome(frame.kind, frame.size, bool(made.text), made.pitch, good, wrong, told)


def timed(frames: list[Frame], seed: int) -> list[Timing]:
    """The frames again, one after the other: milliseconds of each reader."""
    readers = Readers()
    out = []
    for frame in frames:
        image = shot(frame, seed).image
        _, spent, stages, _ = readers.ours(image)
        times = {OURS: spent}
        for name, read in readers.peers.items():
            started = time.perf_counter()
            read(image)
            times[name] = (time.perf_counter() - started) * 1000
        out.append(Timing(frame.kind, frame.size, times, stages))
    return out


def first_of_each_class(frames: list[Frame], count: int) -> list[Frame]:
    taken: dict[tuple[str, str], list[Frame]] = {}
    for frame in frames:
        group = taken.setdefault((frame.kind, frame.size), [])
        if len(group) < count:
            group.append(frame)
    return [frame for group in taken.values() for frame in group]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--made", type=int, metavar="N", help="frames to make a class and size (default: 50)")
    parser.add_argument("--seed", type=int, default=1, help="of the frames made (default: 1)")
    parser.add_argument("--timed", type=int, default=8, metavar="N", help="frames a class to take times of")
    parser.add_argument("--corpora", type=Path, default=os.environ.get("GATEPOST_CORPORA"))
    parser.add_argument(
        "--set", choices=SETS, action="append", help="frames of this set too; may be repeated"
    )
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only each Nth frame of a set")
    parser.add_argument("--missed", action="store_true", help="name the frames that we could not read")
    parser.add_argument("--into", type=Path, metavar="FOLDER", help="write vision.md and pictures there")
    args = parser.parse_args()
    if args.made is None:
        args.made = 0 if args.set else 50
    args.set = args.set or []
    if args.set and (args.corpora is None or not Path(args.corpora).is_dir()):
        parser.error("name the folder of test data: --corpora FOLDER, or GATEPOST_CORPORA")
    return args


def main() -> None:
    args = arguments()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    frames = list(planned(args))
    with Pool(PROCESSES, _begin, (args.seed,)) as pool:
        outcomes = pool.map(rated, frames, chunksize=4)
    times = timed(first_of_each_class(frames, args.timed), args.seed)
    command = "python " + shlex.join(sys.argv)
    text = vision_report.report(outcomes, times, command, pictures.absent())
    print(text)
    if args.into:
        args.into.mkdir(parents=True, exist_ok=True)
        vision_report.picture(outcomes, args.into / "decode-rate.png")
        (args.into / "vision.md").write_text(text + vision_report.CAPTION, encoding="utf-8")
    if args.missed:
        for outcome in outcomes:
            if outcome.coded and not outcome.good[OURS]:
                print(f"not read: {outcome.size} {outcome.kind}: {outcome.told}")


if __name__ == "__main__":
    main()
