"""What the cable and the journal cost on an emulated Cortex-M3: instructions of each answer, and RAM from the start on.

    python tests/bench/mcu_link.py [link] [heap]

Prints Markdown tables. The core is that of tests/mcu (built by tools/build_micropython_m3.py): MicroPython compiled
for size, the firmware compiled by mpy-cross, no cryptolib, so that AES is the firmware's own. Flash is RAM with a
driver in MicroPython: its part in the instructions is told apart, the chip's own time is in none, and what it would
have to do stands beside them. `heap taken` is with all garbage, before any collection. `heap` starts a whole scanner,
and then again with less and less heap until it no longer does its work; what the camera's driver and the panel need
lies in the external RAM there, and is not in these numbers.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from statistics import median
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from gatepost.device import frames
from gatepost.device.client import Client
from gatepost.device.session import prove
from gatepost.errors import GatepostError
from gatepost.keys.roles import issue_role
from gatepost.trust.bundle import build_bundle, read_bundle
from gatepost.trust.image import pack_image
from gatepost.trust.signing import point

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness.certificates import NOW, p256
from harness.interpreter import InterpreterDied
from harness.travellers import AUTHORITY, GOOD, ISSUER, POLICY, record
from mcu.machine import FREE, PER_TICK, Machine, Missing
from mcu.scanner import BOARD, FLASH_SIZE, SPARE, McuScanner

TECHNICIAN = ec.derive_private_key(0x7EC, ec.SECP256R1())
SUPERVISOR = ec.derive_private_key(0x5CE, ec.SECP256R1())
KEYS = 50
RECORDS = 100
HEAP = 2_883_584  # bytes, as tools/build_micropython_m3.py gives it
STEP = 16 << 10  # of the search for the smallest heap

SETUP = """
import core, gc, vfs
from mps2_an385 import Flash
from scanner import load
load.rest()
from scanner.boards.board_clock import Clock
from scanner.journal.journal import Journal
from scanner.link.server import Server
from scanner.upkeep import Upkeep

class Counting(Flash):
    def __init__(self):
        super().__init__()
        self.count()

    def count(self):
        self.spent = self.reads = self.read = self.written = self.erased = 0

    def counts(self):
        return [self.spent, gc.mem_alloc() - self.held, self.reads, self.read, self.written, self.erased]

    def begin(self):
        gc.collect()
        self.held = gc.mem_alloc()
        self.count()

    def readblocks(self, block, buffer, offset=0):
        start = core.ticks()
        self.reads += 1
        self.read += len(buffer)
        super().readblocks(block, buffer, offset)
        self.spent += (core.ticks() - start) & 0x3fffffff

    def writeblocks(self, block, buffer, offset=0):
        start = core.ticks()
        self.written += len(buffer)
        super().writeblocks(block, buffer, offset)
        self.spent += (core.ticks() - start) & 0x3fffffff

    def ioctl(self, operation, argument):
        start = core.ticks()
        if operation == 6:
            self.erased += 1
        done = super().ioctl(operation, argument)
        self.spent += (core.ticks() - start) & 0x3fffffff
        return done

class Storage:
    root = "/flash"

class Board:
    pass

class Port:
    def __init__(self):
        self.waiting = b""
        self.sent = bytearray()

    def readinto(self, buffer):
        count = min(len(buffer), len(self.waiting))
        buffer[:count] = self.waiting[:count]
        self.waiting = self.waiting[count:]
        return count or None

    def write(self, data):
        self.sent.extend(data[:64])
        return min(64, len(data))

def fault(error):
    raise error

flash = Counting()
vfs.mount(vfs.VfsLfs2(flash, readsize=16, progsize=16, lookahead=32), "/flash")
board = Board()
board.storage = Storage()
board.clock = Clock(None)
port = Port()
upkeep = Upkeep(board)
server = Server(port, upkeep.methods(), fault, upkeep.gate)
"""
# The server's own loop until the answer is out; then what that cost.
SERVE = """
port.waiting, port.sent = frame, bytearray()
flash.begin()
start = core.ticks()
server.poll()
while not server.quiet(0) or port.waiting:
    server.poll()
spent = (core.ticks() - start) & 0x3fffffff
result = [bytes(port.sent), spent] + flash.counts()
"""
APPEND = """
spent = []
for i in range(count):
    facts = {"verdict": 0, "reason": 0, "scheme": "HC1", "issuer": "DE", "kid": b"12345678", "use": b"%08d" % i}
    flash.begin()
    start = core.ticks()
    upkeep.recorder.journal.append("scan", facts)
    ticks = (core.ticks() - start) & 0x3fffffff
    spent.append([ticks] + flash.counts())
result = spent
"""
REST = """
upkeep.recorder.journal.close()
flash.begin()
start = core.ticks()
upkeep.recorder.journal.rest()
ticks = (core.ticks() - start) & 0x3fffffff
result = [ticks] + flash.counts()
"""
# In front of main.py: the program is read from littlefs, as on an ESP32, and not executed where it lies.
FROM_LITTLEFS = f"""
import sys, uctypes, vfs
from scanner.boards.mps2_an385 import Flash
_flash = Flash()
_flash._memory = memoryview(uctypes.bytearray_at({SPARE}, {FLASH_SIZE}))
vfs.mount(vfs.VfsLfs2(_flash, readsize=16, progsize=16, lookahead=32), "/program")
sys.path[:] = ["/program"]
for _name in list(sys.modules):
    if _name.startswith("scanner"):
        del sys.modules[_name]
"""
MARKS = """
import gc, sys
_marks = []
def _mark(what):
    gc.collect()
    _marks.append((what, gc.mem_alloc()))
_mark("MicroPython")
from scanner import slots
from scanner.boards import find
slots.enter(find.flash([]), sys)
_board = find.here([])
_mark("board and its drivers")
from scanner import load
load.vision()
_mark("vision loaded")
from scanner.vision.decoder import Decoder
_decoder = find.with_buffers(_board, Decoder)
_mark("the decoder's buffers")
load.rest()
_mark("everything else loaded")
from scanner.app import App
_app = App(_board, _decoder)
_mark("the application, with journal, list and link")
for _ in range(60):
    _app.step()
_mark("60 turns of its loop")
_board._report({"firmware": "", "marks": _marks})
while True:
    _board.wait(1000)
"""


class Link:
    """Requests to the server on the core, and rows of the table from their answers."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.number = 0
        self.token: bytes | None = None

    def ask(self, method: str, params: dict[str, Any] | None = None) -> tuple[Any, list[int]]:
        """The result, and what it cost, in the order of the table's columns."""
        self.number += 1
        request: dict[str, Any] = {"id": self.number, "method": method, "params": params or {}}
        if self.token:
            request["session"] = self.token
        sent, *cost = self.machine.run(SERVE, space="link", frame=frames.build(cbor2.dumps(request)))
        answer = cbor2.loads(next(iter(frames.Receiver().feed(sent))))
        if "result" not in answer:
            raise SystemExit(f"{method}: {answer['error']}")
        return answer["result"], [*cost, len(sent)]

    def session(self, role: str, key: ec.EllipticCurvePrivateKey) -> list[int]:
        """Open one; what both steps cost."""
        self.token = None
        shown = certificate(role, key)
        opened, first = self.ask("session.open", {"certificate": shown})
        answer = prove(key, shown, opened["challenge"], opened["device"])
        proved, second = self.ask("session.prove", {"signature": answer})
        self.token = proved["token"]
        return total([first, second])


def total(costs: list[list[int]]) -> list[int]:
    return [sum(column) for column in zip(*costs, strict=True)]


def row(work: str, cost: list[int]) -> None:
    ticks, driver, garbage, reads, read, written, erased, *sent = cost
    counts = " | ".join(f"{each * PER_TICK / 1e6:.2f} M" for each in (ticks, driver))
    used = f"{garbage / 1024:.0f} KB" if sent else ""
    told = str(sent[0]) if sent else ""
    print(f"| {work} | {counts} | {used} | {reads} | {read} | {written} | {erased} | {told} |")


def link(machine: Machine) -> None:
    """The table of answers."""
    machine.load(FREE, pack_image({}, FLASH_SIZE))
    machine.run(SETUP, space="link")
    cable = Link(machine)
    print(
        "| work | instructions | of it, driver of flash | heap taken | reads | bytes read | written | erases | sent |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    supervisors = [{"name": "Li", "key": point(SUPERVISOR.public_key())}]
    authority = point(AUTHORITY.public_key())
    params = {"authority": authority, "name": "gate-1", "supervisors": supervisors}
    row("provision: the device's key is made", cable.ask("provision", params)[1])
    row("session, first of all", cable.session("technician", TECHNICIAN))
    row("session", cable.session("technician", TECHNICIAN))
    row("clock.set", cable.ask("clock.set", {"now": NOW})[1])
    push(cable)
    row("journal: a segment is opened, for one supervisor", machine.run(REST, space="link"))
    appended = machine.run(APPEND, space="link", count=RECORDS)
    row(
        f"journal: a scan is appended (median of {RECORDS})",
        [int(median(c)) for c in zip(*appended, strict=True)],
    )
    row("session of a supervisor", cable.session("supervisor", SUPERVISOR))
    row("journal.head: signed", cable.ask("journal.head", {"nonce": bytes(16)})[1])
    pull(cable)


def push(cable: Link) -> None:
    """A bundle of KEYS keys, as gatepost.device.push sends it."""
    records = [record(ISSUER), *(record(p256(n)) for n in range(10, 9 + KEYS))]
    bundle = read_bundle(build_bundle(records, AUTHORITY, 7, "PROD", NOW - 86400))
    params = {"manifest": bundle.manifest, "offset": 0, "size": len(bundle.manifest)}
    state, cost = cable.ask("bundle.begin", params)
    row(f"bundle.begin: a list of {KEYS} keys, {len(bundle.manifest)} bytes of manifest", cost)
    costs = []
    at = 0
    while state["next"] is not None:
        part, offset = state["next"]
        data = bundle.content[at : at + state.get("chunk", len(bundle.content))]
        state, cost = cable.ask("bundle.chunk", {"part": part, "offset": offset, "data": data})
        costs.append(cost)
        at += len(data)
    row(f"bundle.chunk: {at} bytes in {len(costs)}", total(costs))
    row("bundle.commit: read back, activated", cable.ask("bundle.commit")[1])


def pull(cable: Link) -> None:
    """The last RECORDS records, in as many answers as they take."""
    head, _ = cable.ask("journal.head", {})
    at = head["next"] - RECORDS
    costs = []
    while at < head["next"]:
        answer, cost = cable.ask("journal.read", {"from": at})
        costs.append(cost)
        at += count(answer)
    row(f"journal.read: {RECORDS} records in {len(costs)} answers", total(costs))
    _, cost = cable.ask("journal.ack", {"sequence": head["next"] - 1, "digest": head["digest"]})
    row("journal.ack: the chain is followed, segments freed", cost)


def count(piece: bytes) -> int:
    """The records in a piece of whole items."""
    at = records = 0
    while at < len(piece):
        records += piece[at] == 1
        at += int.from_bytes(piece[at + 1 : at + 3], "big") + 11
    return records


def heap() -> None:
    """The table of the start, and the smallest heaps."""
    columns = [started(before) for before in ("", FROM_LITTLEFS)]
    print("| heap in use after | program executed in place | program read from littlefs |")
    print("|---|---|---|")
    for (what, in_place), (_, loaded) in zip(*columns, strict=True):
        print(f"| {what} | {in_place / 1024:.0f} KB | {loaded / 1024:.0f} KB |")
    smallest = " | ".join(f"{smallest_heap(before) // 1024} KB" for before in ("", FROM_LITTLEFS))
    print(
        f"| smallest heap that suffices: start, provisioning, a list, a verdict, the journal | {smallest} |"
    )


def started(before: str) -> list[list[Any]]:
    """Steps of the start, and the heap in use after each."""
    with prepared() as scanner:
        scanner.start(ready=False, before={"main.py": (before + MARKS).encode()})
        return scanner.ready()["marks"]


def smallest_heap(before: str) -> int:
    """Bytes, to the STEP."""
    low, high = 0, HEAP
    while high - low > STEP:
        middle = (low + high) // 2 // 1024 * 1024
        if works_with(middle, before):
            high = middle
        else:
            low = middle
    return high


def works_with(size: int, before: str) -> bool:
    """Whether a scanner does its work with so many bytes of heap."""
    ballast = f"_ballast = bytearray({HEAP - size})\n" if size < HEAP else ""
    with prepared(timeout=120) as scanner:
        try:
            scanner.start(before={"boot.py": ballast.encode(), "main.py": before.encode()})
            with Client(scanner.port) as client:
                client.provision(point(AUTHORITY.public_key()), "g", [("Li", point(SUPERVISOR.public_key()))])
                with client.session(certificate("technician", TECHNICIAN), TECHNICIAN):
                    client.set_clock(NOW)
                    client.push(build_bundle([record(ISSUER)], AUTHORITY, 7, "PROD", NOW - 86400))
                    client.push(POLICY)
                if scanner.show(GOOD)["code"] != "ok":
                    return False
                with client.session(certificate("supervisor", SUPERVISOR), SUPERVISOR):
                    client.journal_head()
                    return any(client.journal_read(0))
        except (InterpreterDied, GatepostError):
            return False


def prepared(timeout: float = 60.0) -> McuScanner:
    """A scanner that is switched off, its program on littlefs too."""
    scanner = McuScanner(timeout, switched_on=False)
    scanner.put(SPARE, pack_image(scanner.files(), FLASH_SIZE))
    return scanner


def certificate(role: str, key: ec.EllipticCurvePrivateKey) -> bytes:
    return issue_role(AUTHORITY, role, point(key.public_key()), role, NOW - 60, NOW + 86400)


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", nargs="*", metavar="link|heap", help="these tables only")
    args = parser.parse_args()
    wanted = args.what or ["link", "heap"]
    if unknown := set(wanted) - {"link", "heap"}:
        parser.error(f"no such table: {', '.join(sorted(unknown))}")
    try:
        if "link" in wanted:
            with Machine(timeout=600, modules={BOARD.stem: BOARD}) as machine:
                print(
                    f"Core: Cortex-M3 (QEMU mps2-an385), {machine.run('import sys; result = sys.version')}\n"
                )
                link(machine)
                print()
        if "heap" in wanted:
            heap()
    except Missing as missing:
        print(f"mcu_link: {missing}", file=sys.stderr)
        return 1
    except InterpreterDied as died:
        print(f"\nmcu_link: the core came to a halt: {died}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
