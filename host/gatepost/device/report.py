"""What a scanner said of itself, in words: for tables, for people, for `--json`.

A scanner may be newer than this tool: what is not known here is shown as it came.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from gatepost.device.discovery import Found
from gatepost.printable import cell

if TYPE_CHECKING:
    from gatepost.device.fleet import Visit

_DAY = 86400
_KNOWN = (
    "protocol", "max_message", "window", "runs", "firmware", "board", "name", "trust", "policy", "clock", "free",
    "link", "provisioned", "sealed", "journal", "battery", "bundles", "revocation",
)  # fmt: skip
_CLOCK_SLACK = 60  # seconds of difference that nobody needs to hear of
_PIPE_WIDTH = 160  # characters of a line that no terminal wraps


def console(stderr: bool = False, width: int = _PIPE_WIDTH) -> Console:
    """Where tables go: as wide as the terminal, and of `width` columns where there is none."""
    terminal = (sys.stderr if stderr else sys.stdout).isatty()
    return Console(stderr=stderr, width=None if terminal else width)


def scanners_table(found: Sequence[Found]) -> Table:
    """One line a scanner; ports without one are left out."""
    table = Table(box=None, pad_edge=False)
    for heading in ("port", "name", "board", "firmware", "trust list", "clock", "state"):
        table.add_column(heading, no_wrap=heading in ("port", "name"))
    for each in found:
        if each.hello is None:
            continue
        hello = each.hello
        table.add_row(
            cell(each.port),
            cell(each.name),
            cell(hello.get("board", "")),
            cell(hello.get("firmware", "")),
            cell(trust_words(hello)),
            clock_words(hello),
            cell(state_words(hello)),
        )
    return table


def bar(quiet: bool) -> Progress:
    """A bar on standard error while something lasts; nothing where nobody watches."""
    return Progress(console=console(stderr=True), transient=True, disable=quiet or not sys.stderr.isatty())


@contextmanager
def busy(quiet: bool, words: str) -> Iterator[None]:
    """Something moves on standard error while work of unknown length lasts; nothing where nobody watches."""
    with bar(quiet) as shown:
        shown.add_task(words, total=None)
        yield


def progress_table(visits: Iterable[Visit]) -> Table:
    """What happens at each scanner just now."""
    table = Table(box=None, pad_edge=False)
    for heading in ("scanner", "port", "now"):
        table.add_column(heading, no_wrap=True)
    for each in sorted(visits, key=lambda visit: visit.found.port):
        style = "red" if each.problem else "green" if each.done else ""
        table.add_row(
            *map(cell, (each.hello.get("name", ""), each.found.port, each.problem or each.step)), style=style
        )
    return table


def fleet_table(visits: Sequence[Visit]) -> Table:
    """How each scanner was left."""
    table = Table(box=None, pad_edge=False)
    for heading in ("scanner", "firmware", "list", "clock", "battery", "flash free", "records", "result"):
        table.add_column(heading, no_wrap=heading != "result")
    for each in visits:
        hello = each.hello
        battery = hello.get("battery")
        free = hello.get("free", {}).get("flash")
        table.add_row(
            cell(hello.get("name") or each.found.label),
            cell(hello.get("firmware", "")),
            cell(trust_words(hello) if hello else ""),
            clock_words(hello) if hello else "",
            cell("" if battery is None else f"{battery} %"),
            "" if free is None else _bytes(free),
            "" if each.records is None else f"{each.records} new" + (", freed" if each.freed else ""),
            cell(each.problem or _done_words(each)),
            style="red" if each.problem else "",
        )
    return table


def _done_words(visit: Visit) -> str:
    words = ["clock set"] if visit.clock_set else []
    words += [
        f"{each['kind']} {each['version']}" + (" was there" if each["already"] else "")
        for each in visit.pushed
    ]
    return ", ".join(["done", *words])


def facts(hello: dict[str, Any]) -> dict[str, str]:
    """Everything of one hello, in reading order."""
    rows = {
        "name": str(hello.get("name") or "none"),
        "board": str(hello.get("board", "")),
        "firmware": firmware_words(hello),
        "state": owner_words(hello),
        "trust list": trust_words(hello),
        "rules": policy_words(hello),
        "withdrawn": revocation_words(hello),
        "clock": clock_words(hello),
        "journal": journal_words(hello),
    }
    if hello.get("battery") is not None:
        rows["battery"] = f"{hello['battery']} %"
    bundles = hello.get("bundles", {})
    if bundles:
        rows["bundles"] = ", ".join(f"{kind} {each.get('version')}" for kind, each in bundles.items())
    free = hello.get("free", {})
    if free:
        rows["free"] = ", ".join(f"{_bytes(amount)} of {where}" for where, amount in free.items())
    link = hello.get("link", {})
    if link:
        rows["link"] = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in link.items())
    for name, value in hello.items():
        if name not in _KNOWN:
            rows.update(_flat(name.replace("_", " "), value))
    return rows


def firmware_words(hello: dict[str, Any]) -> str:
    """Which program runs: the board's own or a pushed one, proven or on trial."""
    words = [
        str(hello.get("firmware", "")),
        f"protocol {'.'.join(map(str, hello.get('protocol', ())))}",
    ]
    runs = hello.get("runs", {})
    pushed = hello.get("bundles", {}).get("firmware", {}).get("version", 0)
    if runs.get("version"):
        words.append(f"bundle {runs['version']}" + (" on trial" if runs.get("trial") else ""))
    elif pushed:
        words.append(f"the board's own, not bundle {pushed}")
    return ", ".join(words)


def trust_words(hello: dict[str, Any]) -> str:
    trust = hello.get("trust", {})
    if "problem" in trust:
        return str(trust["problem"]).replace("_", " ")
    if "version" not in trust:
        return "none"
    return f"{trust['version']} {trust.get('environment', '')}, {_age(trust)}"


def _age(listed: dict[str, Any]) -> str:
    now = time.time()
    days = max(0, int((now - listed.get("created", now)) // _DAY))
    return f"{days} day{'s' if days != 1 else ''} old"


def revocation_words(hello: dict[str, Any]) -> str:
    lists = hello.get("revocation", {})
    if "problem" in lists:
        return str(lists["problem"]).replace("_", " ")
    if "version" not in lists:
        return "not known to this firmware"
    return f"{lists.get('count', 0)} certificates, version {lists['version']}, {_age(lists)}"


def policy_words(hello: dict[str, Any]) -> str:
    policy = hello.get("policy", {})
    if "problem" in policy:
        return str(policy["problem"]).replace("_", " ")
    return f"{policy.get('name', '')}, version {policy['version']}" if "version" in policy else "none"


def clock_words(hello: dict[str, Any]) -> str:
    clock = hello.get("clock", {})
    if "now" not in clock:
        return "none"
    if not clock.get("trusted"):
        return "doubtful"
    off = int(clock["now"] - time.time())
    if abs(off) < _CLOCK_SLACK:
        return "right"
    return f"{datetime.fromtimestamp(clock['now'], UTC):%Y-%m-%d %H:%M} UTC"


def owner_words(hello: dict[str, Any]) -> str:
    """Whether it belongs to a deployment, and whether it is closed."""
    if not hello.get("provisioned"):
        return "blank"
    return "sealed" if hello.get("sealed") else "provisioned, not sealed"


def journal_words(hello: dict[str, Any]) -> str:
    journal = hello.get("journal", {})
    if journal.get("problem"):
        return str(journal["problem"]).replace("_", " ")
    count = journal.get("next", 0) - journal.get("first", 0)
    words = f"{count} record{'s' if count != 1 else ''} to collect"
    if journal.get("full"):
        words += ", full"
    if journal.get("dropped"):
        words += f", {journal['dropped']} dropped"
    return words


def state_words(hello: dict[str, Any]) -> str:
    """The state in a table's cell."""
    words = [owner_words(hello).replace("provisioned, not sealed", "open")]
    if hello.get("provisioned"):
        words.append(journal_words(hello).replace(" to collect", ""))
    if hello.get("battery") is not None:
        words.append(f"battery {hello['battery']} %")
    return ", ".join(words)


def _flat(name: str, value: Any) -> dict[str, str]:
    if isinstance(value, dict):
        rows: dict[str, str] = {}
        for inner, each in value.items():
            rows.update(_flat(f"{name} {str(inner).replace('_', ' ')}", each))
        return rows
    if isinstance(value, bytes):
        return {name: value.hex()}
    if isinstance(value, list):
        return {name: ", ".join(map(str, value)) or "none"}
    return {name: str(value)}


def _bytes(amount: int) -> str:
    if amount >= 10 * 1024 * 1024:
        return f"{amount / 1024 / 1024:.0f} MB"
    return f"{amount / 1024:.0f} KB"
