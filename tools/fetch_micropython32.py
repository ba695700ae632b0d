#!/usr/bin/env python3
"""Fetch a 32-bit MicroPython for x86 Linux, so that the firmware's tests also run where an int is 32 bits.

    python tools/fetch_micropython32.py [--into .cache/micropython32] [--force]

The interpreter and the few libraries it needs are Debian's own i386 packages, downloaded through the mirror
that this machine already uses and checked by its archive keyring, then unpacked into one folder. Nothing is
installed and no root is needed. Machines without apt, or of another processor, do without: those tests are
skipped.
"""

from __future__ import annotations

import argparse
import shutil
import stat
import sys
from pathlib import Path

from debian_packages import FetchError, PrivateApt, run

# The first that the mirror serves whole: while it takes a new state in, an index may not match its signature.
SUITES = ("trixie", "forky")
PACKAGES = ["micropython", "libc6", "libffi8", "libmbedtls21", "libmbedcrypto16", "libmbedx509-7"]

LAUNCHER = """#!/bin/sh
# Starts the unpacked interpreter with its own loader and libraries.
here=$(dirname "$(readlink -f "$0")")
exec "$here/root/usr/lib/ld-linux.so.2" --library-path "$here/root/usr/lib/i386-linux-gnu" \\
    "$here/root/usr/bin/micropython" "$@"
"""


def download(state: Path) -> list[Path]:
    """The packages from the first suite that has them; FetchError with every suite's complaint where none has."""
    complaints = []
    for suite in SUITES:
        try:
            return PrivateApt(state / suite, suite, "i386").binary(PACKAGES)
        except FetchError as error:
            complaints.append(f"{suite}: {error}")
    raise FetchError("\n".join(complaints))


def fetch(into: Path) -> Path:
    """Download and unpack; returns the path of the launcher, which ran once and printed what was expected."""
    if shutil.which("dpkg-deb") is None:
        raise FetchError("dpkg-deb is needed: this works on Debian and its relatives only")
    for package in download(into / "apt"):
        run(["dpkg-deb", "--extract", package, into / "root"])
    shutil.rmtree(into / "apt")
    launcher = into / "micropython"
    launcher.write_text(LAUNCHER)
    launcher.chmod(launcher.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    if run([launcher, "-c", "import sys; print(sys.maxsize)"]).strip() != str(2**31 - 1):
        raise FetchError("the unpacked interpreter does not count in 32 bits")
    return launcher


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    root = Path(__file__).resolve().parents[1]
    parser.add_argument(
        "--into", type=Path, default=root / ".cache" / "micropython32", help="folder to unpack into"
    )
    parser.add_argument("--force", action="store_true", help="fetch again even where it is already there")
    args = parser.parse_args()
    launcher: Path = args.into / "micropython"
    if launcher.exists() and not args.force:
        print(launcher)
        return 0
    try:
        print(fetch(args.into))
    except FetchError as error:
        shutil.rmtree(args.into, ignore_errors=True)
        print(f"fetch_micropython32: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
