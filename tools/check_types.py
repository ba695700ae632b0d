#!/usr/bin/env python3
"""Check the types of the host tools against CPython, and of the firmware against the MicroPython stubs.

    python tools/check_types.py [host|firmware]

Both checks are pyright's. The stubs describe another standard library, so they live in a folder of their own
(.cache/micropython-stubs) instead of beside the packages of this environment, which they would shadow.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
STUBS = ROOT / ".cache" / "micropython-stubs"
STUB_PACKAGE = "micropython-unix-stubs==1.26.0.post1"

# Names that exist inside viper functions without an import; the stubs do not declare them.
VIPER_NAMES = """
from typing import Any

ptr: Any
ptr8: Any
ptr16: Any
ptr32: Any
uint: Any
"""

PROJECTS = {"host": ROOT / "pyproject.toml", "firmware": ROOT / "firmware" / "pyrightconfig.json"}


def install_stubs() -> None:
    """Put the stubs in their folder, once."""
    if (STUBS / "micropython.pyi").exists():
        return
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--target", str(STUBS), STUB_PACKAGE]
    subprocess.run(pip, check=True)
    builtins = STUBS / "__builtins__.pyi"
    builtins.write_text((builtins.read_text() if builtins.exists() else "") + VIPER_NAMES)


def main() -> int:
    wanted = sys.argv[1:] or list(PROJECTS)
    unknown = [name for name in wanted if name not in PROJECTS]
    if unknown:
        print(f"check_types: choose from {', '.join(PROJECTS)}, not {unknown[0]}", file=sys.stderr)
        return 2
    failed = 0
    for name in wanted:
        if name == "firmware":
            install_stubs()
        print(f"pyright: {name}", flush=True)
        check = [sys.executable, "-m", "pyright", "--project", str(PROJECTS[name])]
        if name == "host":
            check += ["--pythonpath", sys.executable]
        failed |= subprocess.run(check, check=False, cwd=ROOT).returncode
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
