"""A tray of scanners on a hub: all brought up to date at the same time, and each failing alone.

One visit is hello, clock, bundles, journal, hello. Everything that goes wrong on the way is that scanner's result and
nobody else's.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gatepost.device import discovery, provision
from gatepost.device.archives import archive_of
from gatepost.device.client import Client
from gatepost.device.discovery import Found
from gatepost.errors import GatepostError
from gatepost.keys.roles import Credentials
from gatepost.trust.bundle import Bundle
from gatepost.trust.records import KeyRecord

_AT_ONCE = 32
_LOW_BATTERY = 20  # percent
_LOW_FLASH = 256 * 1024  # bytes
_OLD_LIST = 7 * 86400  # seconds
_MONTH = 30 * 86400  # seconds


@dataclass(frozen=True)
class Work:
    """What to do at each scanner; without a technician or a supervisor, his part is left out."""

    technician: Credentials | None = None
    supervisor: Credentials | None = None
    bundles: Sequence[Bundle] = ()
    logs: Path | None = None
    acknowledge: bool = True


@dataclass
class Visit:
    """One scanner's visit, while it lasts and after. `step` is what is being done; `problem` why it ended early."""

    found: Found
    step: str = "waiting"
    done: bool = False
    problem: str = ""
    clock_set: bool = False
    pushed: list[dict[str, Any]] = field(default_factory=list)
    records: int | None = None
    freed: bool = False
    archive: str = ""
    notes: list[str] = field(default_factory=list)
    hello: dict[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return self.done and not self.problem

    def to_json(self) -> dict[str, Any]:
        return {
            "port": self.found.port,
            "name": self.hello.get("name") or self.found.name,
            "ok": self.ok,
            "problem": self.problem,
            "at": "" if self.ok else self.step,
            "clock_set": self.clock_set,
            "pushed": self.pushed,
            "records": self.records,
            "freed": self.freed,
            "archive": self.archive,
            "notes": self.notes,
            "hello": self.hello,
        }


def sync(found: Sequence[Found], work: Work, changed: Callable[[Visit], None] | None = None) -> list[Visit]:
    """Visit all at once; `changed` hears of each new step, from several threads but one at a time."""
    visits = [Visit(each, hello=each.hello or {}) for each in found]
    lock = threading.Lock()

    def tell(visit: Visit) -> None:
        if changed is not None:
            with lock:
                changed(visit)

    with ThreadPoolExecutor(max(1, min(len(visits), _AT_ONCE))) as pool:
        running = [pool.submit(_visit, visit, work, tell) for visit in visits]
        for each in as_completed(running):
            each.result()
    return visits


def _visit(visit: Visit, work: Work, tell: Callable[[Visit], None]) -> None:
    def step(words: str) -> None:
        visit.step = words
        tell(visit)

    try:
        if visit.found.hello is None:
            raise GatepostError(visit.found.problem)
        with discovery.connect(visit.found.port) as client:
            step("hello")
            visit.hello = client.hello()
            if not visit.hello.get("provisioned"):
                raise GatepostError("blank: provision it first")
            if work.technician is not None:
                _maintain(client, visit, work, work.technician, step)
            if work.supervisor is not None and work.logs is not None:
                _collect(client, visit, work, work.supervisor, work.logs, step)
            step("hello")
            visit.hello = client.hello()
    except GatepostError as error:
        visit.problem = str(error)
    except Exception as error:  # noqa: BLE001 - one scanner's surprise must not end the others' visits
        visit.problem = f"a fault of this program: {type(error).__name__}: {error}"
    visit.done = True
    if not visit.problem:
        visit.step = "done"
    tell(visit)


def _maintain(
    client: Client, visit: Visit, work: Work, technician: Credentials, step: Callable[[str], None]
) -> None:
    step("session")
    with client.session(technician.certificate, technician.private):
        step("clock")
        visit.clock_set = provision.set_clock(client)
        for bundle in work.bundles:
            held = visit.hello.get("bundles", {}).get(bundle.kind, {}).get("version", 0)
            if held > bundle.version:
                visit.notes.append(
                    f"has {bundle.kind} bundle {held}, newer than {bundle.version}: left alone"
                )
                continue
            step(f"{bundle.kind} bundle")
            pushed = client.push(bundle, lambda here, all_: step(f"bundle {here * 100 // max(1, all_)} %"))
            visit.pushed.append(
                {
                    "kind": pushed.kind,
                    "version": pushed.version,
                    "sent": pushed.sent,
                    "already": pushed.already,
                }
            )


def _collect(
    client: Client, visit: Visit, work: Work, supervisor: Credentials, logs: Path, step: Callable[[str], None]
) -> None:
    from gatepost.journal.pull import collect  # noqa: PLC0415

    step("session")
    with client.session(supervisor.certificate, supervisor.private) as session:
        archive, note = archive_of(logs, visit.hello.get("name", ""), session.device)
        visit.archive = str(archive.path)
        if note:
            visit.notes.append(note)
        step("journal")
        taken = collect(
            archive, client, work.acknowledge, lambda here, all_: step(f"journal {here} of {all_}")
        )
        visit.records, visit.freed = taken.records, taken.freed
        if taken.report.broken is not None:
            raise GatepostError(f"its journal is broken, {taken.report.broken}; nothing was freed")


def warnings(
    visits: Sequence[Visit], bundles: Sequence[Bundle], expected: Sequence[str], now: float
) -> list[str]:
    """What somebody should look at, though the visits went well."""
    said = []
    for visit in visits:
        label = visit.hello.get("name") or visit.found.label
        said += [f"{label}: {note}" for note in visit.notes]
        if not visit.hello:
            continue
        said += [f"{label}: {words}" for words in _of_hello(visit.hello, now)]
    names = {visit.hello.get("name") for visit in visits}
    said += [f"{name} is missing" for name in expected if name not in names]
    versions = {visit.hello.get("firmware") for visit in visits if visit.hello}
    if len(versions) > 1:
        said.append(f"scanners run different firmware: {', '.join(sorted(map(str, versions)))}")
    for bundle in bundles:
        said += _expiring(bundle, now)
    return said


def _of_hello(hello: dict[str, Any], now: float) -> list[str]:
    said = []
    pushed = hello.get("bundles", {}).get("firmware", {}).get("version", 0)
    if pushed and hello.get("runs", {}).get("version", pushed) != pushed:
        said.append(
            f"does not run firmware bundle {pushed}: it waits for a start, or gave way to the one before"
        )
    trust = hello.get("trust", {})
    if trust.get("problem"):
        said.append(str(trust["problem"]).replace("_", " "))
    elif now - trust.get("created", now) > _OLD_LIST:
        said.append(f"its list is {int(now - trust['created']) // 86400} days old")
    if hello.get("policy", {}).get("problem"):
        said.append(str(hello["policy"]["problem"]).replace("_", " ") + ": nobody passes")
    if not hello.get("clock", {}).get("trusted"):
        said.append("its clock is doubtful")
    if not hello.get("sealed"):
        said.append("is not sealed")
    journal = hello.get("journal", {})
    if journal.get("full"):
        said.append("its journal is full: it scans no more until it is collected")
    if journal.get("dropped"):
        said.append(f"{journal['dropped']} records were dropped")
    battery = hello.get("battery")
    if isinstance(battery, int) and battery < _LOW_BATTERY:
        said.append(f"battery at {battery} %")
    if hello.get("free", {}).get("flash", _LOW_FLASH) < _LOW_FLASH:
        said.append(f"{hello['free']['flash'] // 1024} KB of flash left")
    return said


def _expiring(bundle: Bundle, now: float) -> list[str]:
    """Keys of a list whose life ends within a month: certificates they signed will be refused after it."""
    records: list[KeyRecord] = []
    with contextlib.suppress(GatepostError):  # a bundle without keys
        records = bundle.keys()
    soon = sorted(
        f"{each.country or each.participant} {each.kid.hex()}"
        for each in records
        if now < each.not_after < now + _MONTH
    )
    if not soon:
        return []
    return [f"{len(soon)} keys of list {bundle.version} expire within 30 days: " + ", ".join(soon[:5])]
