"""How much heap the scanner needs for a VGA frame to its verdict: the smallest with which it still gives it.

    python tests/bench/memory.py [--micropython PATH]

MicroPython's own counters cannot tell a peak, because garbage counts as use until it is collected. So the whole
scanner is started with less and less heap, and shown the photograph of a certificate, until it fails. What it
holds then includes compiled modules, frame, screen, decoder and trust list.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from gatepost.demo.photos import Camera, Pose, on_phone, photograph
from gatepost.errors import GatepostError
from gatepost.sim import VirtualScanner
from harness.travellers import GOOD_TEXT, TRUST
from PIL import Image

LIMIT = 1_500_000  # bytes, the target
STEP = 16 * 1024
SCANS = 3  # one after the other, so that what stays of a scan would show


def works(heap: int, frame: Image.Image, micropython: str | None) -> bool:
    """Whether a scanner with so many bytes of heap passes the frame's certificate, several times."""
    try:
        with VirtualScanner(**TRUST, heap=str(heap), micropython=micropython) as scanner:
            return all(scanner.show(frame).code == "ok" for _ in range(SCANS))
    except GatepostError:
        return False


def least(frame: Image.Image, micropython: str | None) -> int:
    """The smallest heap in bytes that works, to within STEP."""
    low, high = 0, 8 * 1024 * 1024
    while high - low > STEP:
        middle = (low + high) // 2 // STEP * STEP
        if works(middle, frame, micropython):
            high = middle
        else:
            low = middle
    return high


def main() -> int:
    parser = argparse.ArgumentParser(description="The least heap for a VGA frame to its verdict.")
    parser.add_argument("--micropython", metavar="PATH", help="interpreter (default: the package's)")
    args = parser.parse_args()
    frame = photograph(on_phone(GOOD_TEXT), Pose(turn=7, lean=0.05), Camera(), seed=1)
    found = least(frame, args.micropython)
    with VirtualScanner(**TRUST, micropython=args.micropython) as scanner:
        scan = scanner.show(frame)
    print(f"frame {scan.size[0]}x{scan.size[1]}, version {(scan.symbol or {}).get('version')}, {scan.code}")
    print(
        f"least heap           {found:>9,} bytes (target {LIMIT:,}: {'met' if found <= LIMIT else 'MISSED'})"
    )
    print(f"in use after a scan  {scan.heap:>9,} bytes with 8 MB, its garbage included")
    return 0


if __name__ == "__main__":
    sys.exit(main())
