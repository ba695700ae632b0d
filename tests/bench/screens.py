"""How long the screens take to draw, on the unix port: `python -m bench.screens` from tests/."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from harness.interpreter import Interpreter
from unit.screen_scenes import DEVICE, SCENES, SIZES

_TIMED = """
import time
times = []
for _ in range(20):
    start = time.ticks_us()
    draw(s, w, h)
    times.append(time.ticks_diff(time.ticks_us(), start))
times.sort()
gc.collect()
before = gc.mem_alloc()
gc.disable()
draw(s, w, h)
rubbish = gc.mem_alloc() - before - w * h * 2
gc.enable()
result = (times[10], rubbish)
"""


def main() -> int:
    beside = Path(sys.executable).with_name("micropython")
    device = Interpreter(
        [str(beside) if beside.exists() else shutil.which("micropython") or "micropython"], "64-bit"
    )
    device.run(DEVICE, "screens")
    print(f"{'scene':22} {'size':>8} {'median ms':>10} {'rubbish KB':>11}")
    for scene, data in SCENES.items():
        for width, height in SIZES:
            middle, rubbish = device.run(_TIMED, "screens", s=data, w=width, h=height)
            print(f"{scene:22} {width:4}x{height} {middle / 1000:10.2f} {rubbish / 1024:11.1f}")
    memory = device.run(
        "gc.collect(); a = gc.mem_alloc(); x = Screen(bytearray(153600), 320, 240); gc.collect();"
        "result = gc.mem_alloc() - a - 153600",
        "screens",
    )
    print(f"a Screen keeps {memory / 1024:.0f} KB beside its buffer, fonts included")
    device.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
