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
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

SUITE = "trixie"
PACKAGES = ["micropython", "libc6", "libffi8", "libmbedtls21", "libmbedcrypto16", "libmbedx509-7"]
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")

LAUNCHER = """#!/bin/sh
# Starts the unpacked interpreter with its own loader and libraries.
here=$(dirname "$(readlink -f "$0")")
exec "$here/root/usr/lib/ld-linux.so.2" --library-path "$here/root/usr/lib/i386-linux-gnu" \\
    "$here/root/usr/bin/micropython" "$@"
"""


class FetchError(Exception):
    """The interpreter cannot be had here; the message says why."""


def debian_mirror() -> str:
    """The address of the Debian archive in this machine's own apt settings."""
    listing = _run(["apt-get", "indextargets", "--format", "$(LABEL)|$(REPO_URI)", "Created-By: Packages"])
    for line in listing.splitlines():
        label, _, address = line.partition("|")
        if label == "Debian" and address:
            return address
    raise FetchError("apt on this machine names no Debian mirror (run 'apt-get update' once first)")


def fetch(into: Path) -> Path:
    """Download and unpack; returns the path of the launcher, which ran once and printed what was expected."""
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        raise FetchError("apt-get and dpkg-deb are needed: this works on Debian and its relatives only")
    state = into / "apt"
    for folder in ("lists/partial", "cache/archives/partial"):
        (state / folder).mkdir(parents=True, exist_ok=True)
    (state / "status").touch()
    trust = f"signed-by={KEYRING}" if KEYRING.exists() else ""
    sources = state / "sources.list"
    sources.write_text(f"deb [arch=i386 {trust}] {debian_mirror()} {SUITE} main\n")
    options = {
        "Dir::Etc::SourceList": sources,
        "Dir::Etc::SourceParts": "/dev/null",
        "Dir::State::Lists": state / "lists",
        "Dir::Cache": state / "cache",
        "Dir::State::status": state / "status",
        "APT::Architecture": "i386",
        "APT::Architectures": "i386",
        "APT::Sandbox::User": "",
    }
    apt = ["apt-get", *(f"-o{key}={value}" for key, value in options.items())]
    _run([*apt, "update"])
    _run([*apt, "download", *PACKAGES], cwd=state)
    for package in sorted(state.glob("*.deb")):
        _run(["dpkg-deb", "--extract", str(package), str(into / "root")])
    shutil.rmtree(state)
    launcher = into / "micropython"
    launcher.write_text(LAUNCHER)
    launcher.chmod(launcher.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    if _run([str(launcher), "-c", "import sys; print(sys.maxsize)"]).strip() != str(2**31 - 1):
        raise FetchError("the unpacked interpreter does not count in 32 bits")
    return launcher


def _run(command: list[str], cwd: Path | None = None) -> str:
    done = subprocess.run(
        command, cwd=cwd, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C"}
    )
    if done.returncode != 0:
        raise FetchError(f"'{' '.join(command[:1])} ... {command[-1]}' failed: {done.stderr.strip()}")
    return done.stdout


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
