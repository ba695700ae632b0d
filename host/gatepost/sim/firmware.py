"""Where the firmware is: beside the host tools in a checkout, inside the package once installed."""

from __future__ import annotations

from pathlib import Path

from gatepost.errors import GatepostError

_HERE = Path(__file__).resolve()
_PLACES = (_HERE.parents[3] / "firmware", _HERE.parents[1] / "_firmware")


def find_firmware() -> Path:
    """The folder with main.py that a scanner runs."""
    for place in _PLACES:
        if (place / "main.py").is_file() and (place / "scanner").is_dir():
            return place
    raise GatepostError("the firmware is missing from this installation: install gatepost again")
