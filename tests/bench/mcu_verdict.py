"""Instructions from a frame to its verdict on the emulated core, stage by stage: a table of tests/bench/mcu.py.

One frame with an HC1 certificate of version 18, in the pose that the C programs were measured in, judged twice: by a
key that the scanner has never met, and by one whose table it keeps on flash. The stages add up to the whole; the
signature is the verification alone, the hash of what is signed included.
"""

from __future__ import annotations

from harness.certificates import NOW, STAND_INS, p256, record
from mcu.machine import FREE
from mcu_baselines import TARGETS
from mcu_core import Bench, millions
from mcu_crypto import KEPT, certificate
from mcu_vision import posed

_VERSION = 18
_DISK = FREE + (1 << 20)
# The two calls between which the verdict's time divides are watched: judge -> open_text -> ... -> cose.verify.
_WATCHED = """
import core, gc, uctypes
from scanner.credentials import signer
from scanner.rules import judge as judging
from scanner.vision.decoder import Decoder

spent = {}

def watched(name, function):
    def call(*arguments):
        start = core.ticks()
        try:
            return function(*arguments)
        finally:
            spent[name] = spent.get(name, 0) + ((core.ticks() - start) & 0x3FFFFFFF)
    return call

signer.cose.verify = watched("signature", signer.cose.verify)
judging.open_text = watched("open", judging.open_text)
whole = watched("whole", lambda: judge(decoder.decode(frame, width, height)[0].payload, trust, clock).code)
judge = watched("judge", judge)
decoder = Decoder(640, 480, core.ticks)
frame = uctypes.bytearray_at(at, width * height)
trust, clock = Trust(keys), Clock(now)
"""
_RUN = """
gc.collect()
spent.clear()
code = whole()
result = [code, spent, decoder.stage_us]
"""


def verdict(bench: Bench) -> None:
    """Print the table."""
    text = certificate()
    frame = posed(text, _VERSION)
    machine = bench.machine
    machine.run(
        STAND_INS + _WATCHED,
        space="verdict",
        keys=[record(p256())],
        now=NOW,
        at=FREE,
        width=frame.width,
        height=frame.height,
    )
    machine.run(KEPT + "trust.tables = tables", space="verdict", at=_DISK, size=1 << 20)
    machine.load(FREE, frame.tobytes())
    columns = {}
    for kind in ("new", "known"):
        code, spent, found = machine.run(_RUN, space="verdict")
        if code != "ok":
            raise SystemExit(f"wrong: the verdict is {code}")
        opened, signature = spent["open"], spent["signature"]
        columns[kind] = {
            **dict(zip(("find the code", "fit the grid", "read it"), found, strict=True)),
            "text to claims": opened - signature,
            "signature": signature,
            "verdict": spent["judge"] - opened,
            "all": spent["whole"],
        }
        if not machine.run("result = table_made()", space="verdict"):
            raise SystemExit("wrong: no table was made of the key")
    print(
        f"| frame to verdict, version {_VERSION} at 640x480, {len(text)} characters | new key | known key |"
    )
    print("|---|---|---|")
    for stage in columns["new"]:
        cells = " | ".join(f"{millions(columns[kind][stage]):.2f} M" for kind in columns)
        print(f"| {stage} | {cells} |")
    asked = " | ".join(f"{TARGETS[f'frame to verdict, {kind} key']:g} M" for kind in columns)
    print(f"| asked, at most | {asked} |")
