"""Debian packages without installing them: a private apt that reads only this machine's mirror and writes nowhere else.

The mirror comes from the machine's own settings, the signature is checked with the archive's keyring, and state
(lists, cache, an empty status) lives in a folder of the caller's. Used by the tools that fetch MicroPython.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


class FetchError(Exception):
    """What was asked for cannot be had here; the message says why."""


def run(command: Sequence[str | Path], cwd: Path | None = None) -> str:
    """What the command prints; FetchError with its complaint where it fails."""
    done = subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "LC_ALL": "C"},
    )
    if done.returncode != 0:
        complaint = "\n".join((done.stderr.strip() or done.stdout.strip()).splitlines()[-20:])
        raise FetchError(f"'{command[0]} ... {command[-1]}' failed: {complaint}")
    return done.stdout


class PrivateApt:
    """apt-get for one suite of Debian, of one architecture or (`None`) of its sources."""

    def __init__(self, state: Path, suite: str, architecture: str | None) -> None:
        if shutil.which("apt-get") is None:
            raise FetchError("apt-get is needed: this works on Debian and its relatives only")
        self.state = state
        for folder in ("lists/partial", "cache/archives/partial"):
            (state / folder).mkdir(parents=True, exist_ok=True)
        (state / "status").touch()
        choices = [f"arch={architecture}"] if architecture else []
        if KEYRING.exists():
            choices.append(f"signed-by={KEYRING}")
        bracket = f"[{' '.join(choices)}] " if choices else ""
        kind = "deb" if architecture else "deb-src"
        sources = state / "sources.list"
        sources.write_text(f"{kind} {bracket}{debian_mirror()} {suite} main\n")
        options = {
            "Dir::Etc::SourceList": sources,
            "Dir::Etc::SourceParts": "/dev/null",
            "Dir::State::Lists": state / "lists",
            "Dir::Cache": state / "cache",
            "Dir::State::status": state / "status",
            "APT::Sandbox::User": "",
        }
        if architecture:
            options |= {"APT::Architecture": architecture, "APT::Architectures": architecture}
        self._command = ["apt-get", *(f"-o{key}={value}" for key, value in options.items())]
        run([*self._command, "update"])

    def binary(self, packages: Sequence[str]) -> list[Path]:
        """Download packages; their .deb files."""
        run([*self._command, "download", *packages], cwd=self.state)
        return sorted(self.state.glob("*.deb"))

    def source(self, package: str) -> Path:
        """Download a source package; its upstream tarball."""
        run([*self._command, "source", "--download-only", package], cwd=self.state)
        found = sorted(self.state.glob(f"{package}_*.orig.tar.*"))
        archives = [path for path in found if path.suffix != ".asc"]
        if not archives:
            raise FetchError(f"the source package of {package} came without its upstream archive")
        return archives[0]


def debian_mirror() -> str:
    """The address of the Debian archive in this machine's own apt settings."""
    listing = run(["apt-get", "indextargets", "--format", "$(LABEL)|$(REPO_URI)", "Created-By: Packages"])
    for line in listing.splitlines():
        label, _, address = line.partition("|")
        if label == "Debian" and address:
            return address
    raise FetchError("apt on this machine names no Debian mirror (run 'apt-get update' once first)")
