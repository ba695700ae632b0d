"""How many frames are read, and in how many milliseconds, beside the other readers installed here.

    python tests/bench/vision.py --corpora FOLDER [--set gate] [--every 5] [--missed]
    python tests/bench/vision.py --made 30 [--seed 1] [--missed]

`--made` measures frames of our own maker (frame_maker.py), so many a class and size.

One row a class of frames: the rate and the median time of each reader in the same run, then how our time divides
into finding finder patterns, fitting and sampling grids, and reading them. Ours runs on the interpreter of this
environment (or GATEPOST_MICROPYTHON), the peers as native code in this process; times are wall times, so a busy
machine shows in all of them.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import pictures
from harness.interpreter import Interpreter

SETS = ("gate", "dcc-qr", "qr-zxing")
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


class Score:
    """What one reader made of one class of frames."""

    def __init__(self) -> None:
        self.read = 0
        self.wrong = 0
        self.times: list[float] = []
        self.stages: list[list[int]] = []
        self.missed: list[str] = []

    def add(self, name: str, text: str, texts: list[bytes], milliseconds: float) -> None:
        good = any(pictures.same(found, text) for found in texts)
        self.read += good
        self.wrong += bool(texts) and not good
        self.times.append(milliseconds)
        if not good:
            self.missed.append(name)

    def cell(self) -> str:
        wrong = f" ({self.wrong} wrong)" if self.wrong else ""
        return f"{self.read:>3}/{len(self.times):<3} {median(self.times):>6.1f} ms{wrong}"


def classes(corpora: Path, wanted: str) -> Iterator[tuple[str, str, str, Image.Image]]:
    """Class, name, text and picture of every frame of a set."""
    for path, row in pictures.rows(corpora, wanted):
        kind = f"{row['size']} {row['class']}" if wanted == "gate" else wanted
        yield kind, path.name, row["text"], pictures.luminance(path)


def made(count: int, seed: int) -> Iterator[tuple[str, str, str, Image.Image]]:
    """The same of frames made for this run: `count` a class and size."""
    import frame_maker  # needs numpy

    for size in frame_maker.SIZES:
        for kind in frame_maker.CLASSES:
            for number in range(count):
                shot = frame_maker.make(kind, size, seed, number)
                name = f"{number:03} version {shot.version}-{shot.level}, {shot.pitch:.1f} px/module, {shot.told}"
                yield f"{size} {kind}", name, shot.text, shot.image


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--corpora", type=Path, default=os.environ.get("GATEPOST_CORPORA"))
    parser.add_argument("--set", choices=SETS, action="append", help="this set only (may be repeated)")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only each Nth frame of a set")
    parser.add_argument("--made", type=int, metavar="N", help="make N frames a class and size instead")
    parser.add_argument("--seed", type=int, default=1, help="of the frames made (default: 1)")
    parser.add_argument("--missed", action="store_true", help="name the frames that we could not read")
    args = parser.parse_args()
    if args.made:
        frames = made(args.made, args.seed)
    elif args.corpora is None or not args.corpora.is_dir():
        parser.error("name the folder of test data: --corpora FOLDER, or GATEPOST_CORPORA")
    else:
        frames = (
            frame
            for wanted in args.set or SETS
            for number, frame in enumerate(classes(args.corpora, wanted))
            if number % args.every == 0
        )
    beside = str(Path(sys.executable).with_name("micropython"))
    ours = Interpreter([os.environ.get("GATEPOST_MICROPYTHON", beside)], "64-bit")
    peers = pictures.peers()
    table: dict[str, dict[str, Score]] = {}
    for kind, name, text, image in frames:
        scores = table.setdefault(kind, {reader: Score() for reader in ("gatepost", *peers)})
        texts, spent, stages, seen = ours.run(
            DECODE, space="bench", frame=image.tobytes(), width=image.width, height=image.height
        )
        scores["gatepost"].add(f"{name} ({seen} finders)", text, texts, spent / 1000)
        scores["gatepost"].stages.append(stages)
        for reader, read in peers.items():
            started = time.perf_counter()
            texts = read(image)
            scores[reader].add(name, text, texts, (time.perf_counter() - started) * 1000)
    ours.close()
    show(table, args.missed)


def show(table: dict[str, dict[str, Score]], missed: bool) -> None:
    """Print the rates and times, then the division of our time."""
    readers = list(next(iter(table.values())))
    print(f"{'frames':<13}" + "".join(f"{reader:<20}" for reader in readers) + "find / fit / read ms")
    for kind, scores in table.items():
        stages = " / ".join(f"{median(s[k] for s in scores['gatepost'].stages) / 1000:.1f}" for k in range(3))
        print(f"{kind:<13}" + "".join(f"{scores[reader].cell():<20}" for reader in readers) + stages)
    if missed:
        for kind, scores in table.items():
            for name in scores["gatepost"].missed:
                print(f"not read: {kind}: {name}")


if __name__ == "__main__":
    main()
