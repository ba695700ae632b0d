"""Exact instruction counts of the firmware on an emulated Cortex-M3, stage by stage, beside programs in C.

    python tests/bench/mcu.py [--corpora FOLDER] [--profile] [vision] [crypto]

Prints Markdown tables. The core is that of tests/mcu (built by tools/build_micropython_m3.py): MicroPython compiled
for size, the firmware compiled by mpy-cross, 2.75 MB of heap. One instruction is no fixed time: at 240 MHz and one a
cycle, 24 M would be 100 ms, and loads, branches and slow memory take longer. Garbage collections that fall into the
work count. With --corpora, frames of the `gate` set give medians over many; with --profile, the functions follow in
which the instructions went (`native code` that is C's is counted for the Python function that called it).
"""

from __future__ import annotations

import argparse
import hashlib
import os
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from gatepost.issue.hc1 import signature_of
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness import frames, pictures
from harness.certificates import NOW, STAND_INS, issue, p256, p384, record, rsa2048, vaccination
from harness.interpreter import InterpreterDied
from mcu.machine import FREE, PER_TICK, Machine, Missing
from mcu.profile import by_function, profile
from mcu_baselines import BASELINES, TARGETS

_BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
_SHOWN = 14  # functions of a profile

DECODE = """
import core, gc, uctypes
from scanner.vision.decoder import Decoder
if "decoder" not in globals():
    decoder = Decoder(640, 480, core.ticks)
frame = uctypes.bytearray_at(at, width * height)
gc.collect()
start = core.ticks()
found = decoder.decode(frame, width, height)
spent = (core.ticks() - start) & 0x3fffffff
result = [[s.payload for s in found], spent, decoder.stage_us]
"""
TIMED = """
import core, gc
gc.collect()
start = core.ticks()
good = %s
spent = (core.ticks() - start) & 0x3fffffff
result = [good, spent]
"""
# Tables on a littlefs in external RAM, and one of the key on it.
KEPT = """
import os, uctypes, vfs
from scanner.trust.key_tables import KeyTables

class Disk:
    def __init__(self, memory):
        self.memory = memoryview(memory)

    def readblocks(self, block, buffer, offset=0):
        start = block * 4096 + offset
        buffer[:] = self.memory[start : start + len(buffer)]

    def writeblocks(self, block, buffer, offset=0):
        start = block * 4096 + offset
        self.memory[start : start + len(buffer)][:] = buffer  # by a view of its own, or all behind it is moved too

    def ioctl(self, operation, argument):
        return len(self.memory) // 4096 if operation == 4 else 4096 if operation == 5 else 0

disk = Disk(uctypes.bytearray_at(at, size))
as_on_boards = {"readsize": 16, "progsize": 16, "lookahead": 32}
vfs.VfsLfs2.mkfs(disk, **as_on_boards)
vfs.mount(vfs.VfsLfs2(disk, **as_on_boards), "/kept")
tables = KeyTables("/kept", bytes(32))

def table_made():
    tables.rest()
    tables._held = None
    return len(os.listdir("/kept/tables")) == 1
"""


def made() -> Iterator[tuple[str, str, Image.Image]]:
    """Kind, text and frame of those made here: like the ones that the C programs were measured on."""
    rng = random.Random(13)
    for kind, letters, pitch in (("version 13", 350, 5.0), ("version 18", 550, 4.35)):
        text = "HC1:" + "".join(rng.choice(_BASE45) for _ in range(letters - 4))
        code = frames.symbol(text, error="q")
        side = (len(code.matrix) + 8) * pitch
        where = frames.corners(side, (320, 240), 5, 6, 30)
        yield kind, text, frames.frame([(code, where)], textured=True, blur=0.8, noise=6, seed=3)
    yield "texture", "", frames.frame([], textured=True, blur=0.8, noise=6, seed=4)
    yield "blank", "", frames.frame([], noise=3, seed=5)


def gate(corpora: Path) -> Iterator[tuple[str, str, Image.Image]]:
    """The same of the corpus: VGA frames whose version or difficulty makes a row."""
    for path, row in pictures.rows(corpora, "gate"):
        if row["size"] == "vga":
            yield f"gate {row['class']}, version {row['version']}", row["text"], pictures.luminance(path)


class Bench:
    """The core, and the tables printed from it."""

    def __init__(self, machine: Machine, profiled: bool) -> None:
        self.machine = machine
        self.profiled = profiled
        self.profiles: list[tuple[str, list[tuple[str, float]]]] = []

    def decode(self, frame: Image.Image) -> tuple[list[bytes], float, list[float]]:
        """Payloads, million instructions, and those of finding, fitting and reading."""
        self.machine.load(FREE, frame.tobytes())
        texts, spent, stages = self.machine.run(
            DECODE, space="vision", at=FREE, width=frame.width, height=frame.height
        )
        return texts, _millions(spent), [_millions(stage) for stage in stages]

    def timed(self, expression: str, **names: Any) -> float:
        """Million instructions of an expression that must be true; its names are set before."""
        good, spent = self.machine.run(TIMED % expression, space="crypto", **names)
        if not good:
            raise SystemExit(f"wrong: {expression}")
        return _millions(spent)

    def note(self, title: str, source: str, **names: Any) -> None:
        """Profile the source, if asked to."""
        if self.profiled:
            self.profiles.append((title, by_function(profile(self.machine, source, 1003, **names))))

    def note_in_crypto(self, title: str, expression: str) -> None:
        """Profile an expression of the names that `crypto` has set."""
        self.note(title, "eval(what, __import__('server')._spaces['crypto'])", what=expression)


def vision(bench: Bench, corpora: Path | None) -> dict[str, float]:
    """The table of frames; million instructions by kind."""
    print("| frame (640x480) | read | instructions | find | fit | read | asked | C on the same core |")
    print("|---|---|---|---|---|---|---|---|")
    totals = {}
    for kind, text, frame in made():
        texts, total, stages = bench.decode(frame)
        totals[kind] = total
        read = "-" if not text else "yes" if any(pictures.same(found, text) for found in texts) else "NO"
        _row(kind, read, [total, *stages], kind)
        bench.machine.load(FREE, frame.tobytes())
        setup = "decoder = None\n" + DECODE.replace('"decoder" not in globals()', "decoder is None")
        if bench.profiled:
            bench.machine.run(setup, space="profile", at=FREE, width=frame.width, height=frame.height)
            bench.note(kind, "decoder.decode(frame, width, height)")
            bench.machine.run("decoder = None", space="profile")
    if corpora:
        _gate_rows(bench, corpora)
    return totals


def _gate_rows(bench: Bench, corpora: Path) -> None:
    table: dict[str, list[tuple[bool, list[float]]]] = {}
    for kind, text, frame in gate(corpora):
        texts, total, stages = bench.decode(frame)
        good = any(pictures.same(found, text) for found in texts)
        difficulty, version = kind.split(", ")
        if good and difficulty in ("gate easy", "gate dcc"):
            table.setdefault(f"gate easy and dcc, {version}", []).append((True, [total, *stages]))
        table.setdefault(f"{difficulty}, {'read' if good else 'unreadable'}", []).append(
            (good, [total, *stages])
        )
    for kind in sorted(table):
        counts = [count for _, count in table[kind]]
        middle = [median(column) for column in zip(*counts, strict=True)]
        known = kind.rpartition(", ")[2]
        label = f"{kind}: median of {len(counts)}"
        if known == "unreadable":
            label += f", most {max(count[0] for count in counts):.1f} M"
        _row(label, "yes" if table[kind][0][0] else "no", middle, known)


def crypto(bench: Bench) -> dict[str, float]:
    """The table of signatures and verdicts; million instructions by kind."""
    key = p256()
    message = b"gatepost" * 50
    point = key.public_key().public_numbers()
    rsa = rsa2048()
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    text = certificate()
    totals = {}
    bench.machine.run(
        STAND_INS
        + "from scanner.crypto import p256, p384, rsa, sha384\n"
        + "from scanner.codec import base45, cbor, inflate\n"
        + "trust, clock = Trust(keys), Clock(now)",
        space="crypto",
        keys=[record(key)],
        now=NOW,
        x=point.x.to_bytes(32, "big"),
        y=point.y.to_bytes(32, "big"),
        digest=hashlib.sha256(message).digest(),
        signature=signature_of(key, message),
        n=rsa.public_key().public_numbers().n.to_bytes(256, "big"),
        e=65537,
        sealed=rsa.sign(message, pss, hashes.SHA256()),
        pkcs1=rsa.sign(message, padding.PKCS1v15(), hashes.SHA256()),
        **_p384(message),
        data=bytes(1000),
        text=text,
        packed=None,
        table=None,
    )
    bench.machine.run(KEPT, space="crypto", at=FREE, size=1 << 20)
    verify = "p256.verify(x, y, digest, signature)"
    verdict = "judge(text, trust, clock).code == 'ok'"
    rows = (
        ("P-256, first after a start", verify),
        ("P-256, new key", verify),
        ("P-256, table of a key", "len(p256.table(x, y))"),
        ("P-256, known key", "p256.verify(x, y, digest, signature, table)"),
        ("RSA-2048, PSS", "rsa.verify_pss(n, e, digest, sealed)"),
        ("RSA-2048, PKCS #1 v1.5", "rsa.verify_pkcs1(n, e, digest, pkcs1)"),
        ("SHA-384 of 1000 bytes", "len(sha384.digest(data))"),
        (f"Base45 of {len(text)} characters", "len(base45.decode(text[4:]))"),
        ("inflate", "len(inflate.inflate(packed, 65536, 15))"),
        ("P-384", "p384.verify(x3, y3, digest3, signature3)"),
        ("HC1 text to verdict, new key", verdict),
        ("afterwards: its table made and written", "table_made()"),
        ("HC1 text to verdict, known key", verdict),
        ("... the same key again", verdict),
    )
    print("| work | instructions | asked | C on the same core |")
    print("|---|---|---|---|")
    for kind, expression in rows:
        if kind == "P-256, known key":
            bench.machine.run("table = p256.table(x, y)", space="crypto")
        if kind == "HC1 text to verdict, new key":
            bench.machine.run("trust.tables = tables", space="crypto")
        if kind == "inflate":
            bench.machine.run("packed = base45.decode(text[4:])", space="crypto")
        totals[kind] = bench.timed(expression)
        bench.note_in_crypto(kind, expression)
        print(f"| {kind} | {totals[kind]:.2f} M | {_asked(kind)} | {_beside(kind)} |")
    return totals


def _p384(message: bytes) -> dict[str, bytes]:
    key = p384()
    point = key.public_key().public_numbers()
    return {
        "x3": point.x.to_bytes(48, "big"),
        "y3": point.y.to_bytes(48, "big"),
        "digest3": hashlib.sha384(message).digest(),
        "signature3": signature_of(key, message),
    }


def certificate() -> str:
    """An HC1 text whose code is of version 18 at level Q: the holder's name grows until it is."""
    rng = random.Random(18)
    letters = "".join(rng.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for _ in range(160))
    for length in range(1, len(letters)):
        name = letters[:length]
        text = issue(vaccination() | {"nam": {"fn": name.title(), "fnt": name, "gn": "Zoë", "gnt": "ZOE"}})
        if frames.symbol(text, error="q").version == 18:
            return text
    raise SystemExit("no certificate of version 18 could be made")


def _row(label: str, read: str, counts: list[float], known: str) -> None:
    cells = " | ".join(f"{count:.2f} M" for count in counts)
    print(f"| {label} | {read} | {cells} | {_asked(known)} | {_beside(known)} |")


def _asked(kind: str) -> str:
    return f"{TARGETS[kind]:g} M" if kind in TARGETS else ""


def _beside(kind: str) -> str:
    return ", ".join(str(each) for each in BASELINES.get(kind, ()))


def _millions(ticks: int) -> float:
    return ticks * PER_TICK / 1e6


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", nargs="*", metavar="vision|crypto", help="these tables only")
    parser.add_argument("--corpora", type=Path, default=os.environ.get("GATEPOST_CORPORA"))
    parser.add_argument("--profile", action="store_true", help="also say in which functions instructions go")
    args = parser.parse_args()
    wanted = args.what or ["vision", "crypto"]
    if unknown := set(wanted) - {"vision", "crypto"}:
        parser.error(f"no such table: {', '.join(sorted(unknown))}")
    try:
        machine = Machine(timeout=600)
    except Missing as missing:
        print(f"mcu: {missing}", file=sys.stderr)
        return 1
    try:
        return report(machine, wanted, args)
    except InterpreterDied as died:
        print(f"\nmcu: the core came to a halt: {died}", file=sys.stderr)
        return 1


def report(machine: Machine, wanted: list[str], args: argparse.Namespace) -> int:
    """Print the tables that are wanted."""
    with machine:
        print(f"Core: Cortex-M3 (QEMU mps2-an385), {machine.run('import sys; result = sys.version')}\n")
        bench = Bench(machine, args.profile)
        totals: dict[str, float] = {}
        if "vision" in wanted:
            totals |= vision(bench, args.corpora)
            print()
        if "crypto" in wanted:
            totals |= crypto(bench)
            print()
        if {"version 18", "HC1 text to verdict, new key"} <= totals.keys():
            for kind in ("new", "known"):
                total = totals["version 18"] + totals[f"HC1 text to verdict, {kind} key"]
                asked = TARGETS[f"frame to verdict, {kind} key"]
                print(f"Frame (version 18) to verdict, {kind} key: {total:.2f} M ({asked:g} M asked)")
        for title, shares in bench.profiles:
            print(f"\n### Where it goes: {title}\n\n| function | share |\n|---|---|")
            for name, share in shares[:_SHOWN]:
                print(f"| {name} | {share:.1%} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
