"""A policy as a signed bundle, and where the policies are that come with this program."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from gatepost.errors import GatepostError
from gatepost.policy.tables import READY
from gatepost.trust.bundle import MAGIC, pack, read_bundle
from gatepost.trust.signing import Signer

_SHARED = {"codes", "who-products"}  # tables that policies use, and no policies


def build_policy(
    parts: Mapping[str, bytes],
    private: Signer,
    version: int,
    environment: str,
    created: int,
    expires: int | None = None,
) -> bytes:
    """A signed policy bundle of compiled parts; see gatepost.trust.bundle for version, times and environment."""
    return pack("policy", parts, private, version, environment, created, expires)


def read_policy_bundle(data: bytes) -> dict[str, bytes]:
    """The parts of a policy bundle, unproven."""
    found = read_bundle(data)
    if found.kind != "policy":
        raise GatepostError(f"this is a bundle of kind {found.kind}, not a policy")
    return found.parts


def is_bundle(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


def ready_policies() -> list[str]:
    """Names of the policies that come with this program."""
    return sorted(path.stem for path in READY.glob("*.toml") if path.stem not in _SHARED)


def find_policy(name: str | os.PathLike[str]) -> Path:
    """A file, or a ready policy by its name."""
    path = Path(name)
    if path.exists():
        return path
    if os.fspath(name) in ready_policies():
        return READY / f"{name}.toml"
    raise GatepostError(
        f"there is no policy {os.fspath(name)!r}; ready ones are: {', '.join(ready_policies())}"
    )
