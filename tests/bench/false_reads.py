"""Whether the decoder ever reads what is not there: frames without a code, and frames of damaged codes.

    python tests/bench/false_reads.py                         2000 and 5000 frames, about ten minutes
    python tests/bench/false_reads.py --empty 200 --damaged 0 --seed 3

Expected is no symbol at all in the first, and the exact text or nothing in the second. Prints a Markdown table, and
each frame that was read wrongly; ends with 1 if there was one. On the interpreter of this environment, or
GATEPOST_MICROPYTHON. The frames are those of frame_empty.py and of harness/damage.py.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections import Counter
from collections.abc import Iterator
from multiprocessing import Pool
from pathlib import Path
from typing import Any

from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import frame_empty
from harness import damage, pictures
from harness.interpreter import Interpreter

PROCESSES = 2
_SIZES = ((320, 240), (640, 480))
_DECODE = """
from scanner.vision.decoder import Decoder
if "decoder" not in globals():
    decoder = Decoder(640, 480)
result = [s.payload for s in decoder.decode(frame, width, height)]
"""
Task = tuple[str, int, int]  # "empty" or "damaged", seed, number
_worker: dict[str, Any] = {}


def judged(task: Task) -> tuple[str, str, str]:
    """The kind of frame, what came of it ("nothing", "read" or "WRONG"), and what the frame was."""
    what, seed, number = task
    if what == "empty":
        kinds = frame_empty.KINDS
        kind, size = kinds[number % len(kinds)], _SIZES[number // len(kinds) % 2]
        image, text = frame_empty.make(kind, size, seed, number), ""
        label, told = f"no code: {kind}", f"{size[0]}x{size[1]}"
    else:
        made = damage.make(seed, number)
        image, text, told = made.image, made.text, made.told
        label = f"damaged: {damage.WAYS[number % len(damage.WAYS)]}"
    texts = _read(image)
    if not texts:
        return label, "nothing", told
    good = text and all(pictures.same(found, text) for found in texts)
    return label, "read" if good else "WRONG", f"{told}: number {number} gave {texts}"


def _begin() -> None:
    beside = str(Path(sys.executable).with_name("micropython"))
    _worker["ours"] = Interpreter([os.environ.get("GATEPOST_MICROPYTHON", beside)], "64-bit")


def _read(image: Image.Image) -> list[bytes]:
    frame = image.tobytes()
    return _worker["ours"].run(_DECODE, space="false", frame=frame, width=image.width, height=image.height)


def _planned(args: argparse.Namespace) -> Iterator[Task]:
    for what, count in (("empty", args.empty), ("damaged", args.damaged)):
        for number in range(count):
            yield what, args.seed, number


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--empty", type=int, default=2000, metavar="N", help="frames without a code")
    parser.add_argument("--damaged", type=int, default=5000, metavar="N", help="frames of damaged codes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--into", type=Path, metavar="FOLDER", help="also write false-reads.md there")
    args = parser.parse_args()
    counts: dict[str, Counter[str]] = {}
    wrong = []
    with Pool(PROCESSES, _begin) as pool:
        for label, outcome, told in pool.imap(judged, _planned(args), chunksize=16):
            counts.setdefault(label, Counter())[outcome] += 1
            if outcome == "WRONG":
                wrong.append(f"{label}, {told}")
    lines = ["# False reads", "", f"`python {shlex.join(sys.argv)}`", ""]
    lines += ["| frames | of | nothing read | the text read | another text |", "|---|---|---|---|---|"]
    for label, found in counts.items():
        cells = [label, found.total(), found["nothing"], found["read"], found["WRONG"]]
        lines.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    text = "\n".join([*lines, "", *wrong]).rstrip() + "\n"
    print(text)
    if args.into:
        args.into.mkdir(parents=True, exist_ok=True)
        (args.into / "false-reads.md").write_text(text, encoding="utf-8")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
