"""What a scanner said of itself, in words: for tables, for people, for `--json`.

A scanner may be newer than this tool: what is not known here is shown as it came.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from rich.table import Table

from gatepost.device.discovery import Found

_DAY = 86400
_KNOWN = ("protocol", "max_message", "firmware", "board", "name", "trust", "clock", "free", "link")
_CLOCK_SLACK = 60  # seconds of difference that nobody needs to hear of


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
            each.port,
            each.name,
            str(hello.get("board", "")),
            str(hello.get("firmware", "")),
            trust_words(hello),
            clock_words(hello),
            state_words(hello),
        )
    return table


def facts(hello: dict[str, Any]) -> dict[str, str]:
    """Everything of one hello, in reading order."""
    rows = {
        "name": str(hello.get("name") or "none"),
        "board": str(hello.get("board", "")),
        "firmware": f"{hello.get('firmware', '')}, protocol {'.'.join(map(str, hello.get('protocol', ())))}",
        "trust list": trust_words(hello),
        "clock": clock_words(hello),
    }
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


def trust_words(hello: dict[str, Any]) -> str:
    trust = hello.get("trust", {})
    if "problem" in trust:
        return str(trust["problem"]).replace("_", " ")
    if "version" not in trust:
        return "none"
    now = time.time()
    days = max(0, int((now - trust.get("created", now)) // _DAY))
    return f"version {trust['version']}, {trust.get('environment', '')}, {days} day{'s' if days != 1 else ''} old"


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


def state_words(hello: dict[str, Any]) -> str:
    words = []
    if "sealed" in hello:
        words.append("sealed" if hello["sealed"] else "open")
    journal = hello.get("journal")
    if isinstance(journal, dict) and "first" in journal and "next" in journal:
        words.append(f"{journal['next'] - journal['first']} records")
    battery = hello.get("battery")
    if isinstance(battery, int | float):
        words.append(f"battery {battery} %")
    return ", ".join(words) or "ready"


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
