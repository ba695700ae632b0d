"""The boards that scanners are built on, read from `hardware/boards/*.toml`.

A board's file says what host tools must know of it: screen and camera sizes, chip, flash. Pins and quirks in the
same file are for the firmware's driver and for people.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path

from gatepost.errors import GatepostError

_BESIDE_SOURCES = Path(__file__).resolve().parents[2] / "hardware" / "boards"
_IN_PACKAGE = Path(__file__).resolve().parent / "_hardware" / "boards"


@dataclass(frozen=True)
class Board:
    """Sizes in pixels and bytes. `status`: "default" runs in every test, "written" ran on no hardware
    yet, "described" has no driver."""

    name: str
    title: str
    status: str
    chip: str
    screen: tuple[int, int]
    camera: tuple[int, int]
    flash_block: int
    filesystem_size: int
    driver: str
    mpy_arch: str
    flash_size: int = 0  # of the whole chip; 0 where the board has none of its own
    program_size: int = 0  # of the filesystem with the firmware


def folder() -> Path:
    """Where the board files are: in a checkout, or in the installed package."""
    return _BESIDE_SOURCES if _BESIDE_SOURCES.is_dir() else _IN_PACKAGE


def names() -> list[str]:
    return sorted(path.stem for path in folder().glob("*.toml"))


def load(name: str) -> Board:
    """The board of that name. Raises GatepostError for an unknown name or a file that lacks a field."""
    path = folder() / f"{name}.toml"
    if name not in names():
        raise GatepostError(f"no board '{name}'; there are: {', '.join(names())}")
    try:
        with path.open("rb") as file:
            facts = tomllib.load(file)
        return Board(
            name=facts["name"],
            title=facts["title"],
            status=facts["status"],
            chip=facts["chip"]["family"],
            screen=(facts["screen"]["width"], facts["screen"]["height"]),
            camera=(facts["camera"]["width"], facts["camera"]["height"]),
            flash_block=facts["flash"]["block_size"],
            filesystem_size=facts["flash"]["filesystem_size"],
            driver=facts["driver"],
            mpy_arch=facts["chip"]["mpy_arch"],
            flash_size=facts["chip"].get("flash_bytes", 0),
            program_size=facts["flash"].get("program_size", 0),
        )
    except (tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise GatepostError(f"{path.name}: {error}") from None
