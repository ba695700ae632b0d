"""The TOML files of a policy: its own, the tables that it takes in by `use`, and the shapes that their members have.

Each function that finds something wrong says it in a sentence that names the member; the file's name stands before it.
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from gatepost.errors import GatepostError
from gatepost.policy.spelling import near

_BESIDE_SOURCES = Path(__file__).resolve().parents[3] / "policies"
_IN_PACKAGE = Path(__file__).resolve().parents[1] / "_policies"
READY = (
    _BESIDE_SOURCES if _BESIDE_SOURCES.is_dir() else _IN_PACKAGE
)  # policies and tables that come with this program


def take_in(content: dict[str, Any], folder: Path, name: str) -> None:
    """What another file has; GatepostError names that file too."""
    try:
        _merge(content, read_toml(_used(folder, name)), name)
    except GatepostError as error:
        raise GatepostError(f"use {name!r}: {error}") from None


def _merge(content: dict[str, Any], used: dict[str, Any], name: str) -> None:
    """Lists, codes and recalls of another file; the policy's own come first."""
    only(used, {"lists", "codes", "recall"}, name)
    for each in (content, used):
        if not isinstance(each.get("recall", []), list):
            raise GatepostError("recalls are tables like [[recall]]")
    content["recall"] = [*content.get("recall", []), *used.get("recall", [])]
    for each in (content, used):
        as_table(each.get("lists", {}), "[lists]")
        for fact, names in as_table(each.get("codes", {}), "[codes]").items():
            as_table(names, f"[codes.{fact}]")
    content["lists"] = {**used.get("lists", {}), **content.get("lists", {})}
    own = content.get("codes", {})
    content["codes"] = {
        fact: {**used.get("codes", {}).get(fact, {}), **own.get(fact, {})}
        for fact in {**used.get("codes", {}), **own}
    }


def _used(folder: Path, name: str) -> Path:
    """A table beside the policy, else the one that comes with this program."""
    for path in (folder / name, READY / name):
        if path.exists():
            return path
    raise GatepostError(
        f"there is no such file beside the policy, in {folder}, nor among the tables in {READY}"
    )


def read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))  # some editors begin a file with a mark
    except OSError as error:
        raise GatepostError(f"cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise GatepostError(f"not TOML: {error}") from None
    except RecursionError:
        raise GatepostError("not TOML of a policy: nested too deeply") from None


def only(table: Any, known: set[str], where: str) -> None:
    for name in as_table(table, where):
        if name not in known:
            raise GatepostError(f"{where} has no member {name!r}" + near(name, sorted(known)))


def as_table(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise GatepostError(f"{where} is a table")
    return value


def as_text(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise GatepostError(f"{where} is a text")
    return " ".join(value.split())


def as_texts(value: Any, where: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise GatepostError(f"{where} is a list of texts")
    return value
