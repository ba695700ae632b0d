"""Picture the scanner's screens as its firmware draws them: `python tools/make_screens.py`.

Without arguments the four pictures of the README are written to docs/screens, at twice the size. With a folder, every
scene of the screen tests at both sizes, and a sheet of them all. Real MicroPython draws; nothing is imitated here.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "host"), str(ROOT / "tests")]

from gatepost.sim.screen import to_image  # noqa: E402
from harness.interpreter import Interpreter  # noqa: E402
from PIL import Image  # noqa: E402
from unit.screen_scenes import DEVICE, SCENES, SIZES  # noqa: E402

DOCS = {
    "pass": "pass",
    "check": "check-yellow-card",
    "refuse": "refuse-forged",
    "ready": "ready",
}


def picture(device: Interpreter, scene: str, width: int, height: int) -> Image.Image:
    """One scene, pixel for pixel."""
    pixels = device.run(
        "result = draw(scene, width, height)", "screens", scene=SCENES[scene], width=width, height=height
    )
    return to_image(pixels, width, height)


def sheet(pictures: list[Image.Image], columns: int, gap: int = 12) -> Image.Image:
    """Pictures of one size in rows."""
    width, height = pictures[0].size
    rows = -(-len(pictures) // columns)
    whole = Image.new("RGB", (columns * (width + gap) + gap, rows * (height + gap) + gap), (128, 128, 128))
    for index, each in enumerate(pictures):
        row, column = divmod(index, columns)
        whole.paste(each, (gap + column * (width + gap), gap + row * (height + gap)))
    return whole


def main() -> int:
    parser = argparse.ArgumentParser(description="Picture the scanner's screens as its firmware draws them.")
    parser.add_argument(
        "folder", nargs="?", type=Path, help="write every scene there instead of docs/screens"
    )
    parser.add_argument(
        "--micropython", default=None, help="the interpreter (default: the one beside Python)"
    )
    options = parser.parse_args()
    beside = Path(sys.executable).with_name("micropython")
    command = options.micropython or (str(beside) if beside.exists() else shutil.which("micropython"))
    if not command:
        print("no MicroPython: install the package's dependencies or give --micropython", file=sys.stderr)
        return 2
    device = Interpreter([command], "64-bit")
    try:
        device.run(DEVICE, "screens")
        if options.folder is None:
            folder = ROOT / "docs" / "screens"
            folder.mkdir(parents=True, exist_ok=True)
            for name, scene in DOCS.items():
                shown = picture(device, scene, *SIZES[0])
                doubled = shown.resize((shown.width * 2, shown.height * 2), Image.Resampling.NEAREST)
                doubled.save(folder / f"{name}.png", optimize=True)
            return 0
        options.folder.mkdir(parents=True, exist_ok=True)
        for width, height in SIZES:
            pictures = [picture(device, scene, width, height) for scene in SCENES]
            for scene, each in zip(SCENES, pictures, strict=True):
                each.save(options.folder / f"{scene}-{width}x{height}.png")
            sheet(pictures, 4 if width > height else 6).save(options.folder / f"sheet-{width}x{height}.png")
    finally:
        device.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
