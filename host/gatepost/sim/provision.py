"""What a scanner must hold to judge: a trust bundle and its authority's key, from whatever a person has at hand.

A bundle with its authority's key is used as it is. Anything else that holds keys (a bundle without that key,
certificates, folders, JWK sets, WHO's list) becomes a bundle here, signed by an authority that lives as long as the
command: the scanner's path is the same, but whose list it was is then for the caller to know.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from gatepost.errors import GatepostError
from gatepost.keys.files import load_authority
from gatepost.trust.bundle import MAGIC, build_bundle, read_bundle
from gatepost.trust.demonstration import is_demonstration_record
from gatepost.trust.records import ENVIRONMENTS, KeyRecord
from gatepost.trust.signing import point
from gatepost.trust.sources import Options, read_sources


@dataclass(frozen=True)
class Provision:
    """`bundle` and `authority` (65 bytes) for a VirtualScanner; `note` for the person, or empty."""

    bundle: bytes
    authority: bytes
    keys: int
    note: str = ""


def provision(
    sources: Sequence[str | os.PathLike[str]],
    authority: str | os.PathLike[str] | None = None,
    at: float | None = None,
) -> Provision:
    """Make ready what `sources` hold. `authority`: file of the public key that signed a bundle; `at`: unix seconds."""
    paths = [Path(each) for each in sources]
    if authority is not None:
        if len(paths) != 1 or not _is_bundle(paths[0]):
            raise GatepostError("an authority's key goes with one signed bundle")
        key = load_authority(Path(authority))
        data = paths[0].read_bytes()
        # The scanner would refuse it too, and keep the reason to itself.
        return Provision(data, point(key), len(read_bundle(data, key).keys()))
    now = time.time() if at is None else at
    records, tally = read_sources(paths, Options(at=now))
    if not records:
        why = ", ".join(f"{count} {reason}" for reason, count in tally.skipped.items()) or "nothing in it"
        raise GatepostError(f"no key that can be used in {', '.join(map(str, paths))}: {why}")
    signer = ec.generate_private_key(ec.SECP256R1())
    bundle = build_bundle(records, signer, 1, _environment(paths, records), max(1, int(now)))
    notes = []
    if any(map(_is_bundle, paths)):
        notes.append("the bundle's signature was not checked: name its authority's key with --authority")
    if tally.skipped:
        notes.append("left out: " + ", ".join(f"{count} {reason}" for reason, count in tally.skipped.items()))
    return Provision(bundle, point(signer.public_key()), len(records), "; ".join(notes))


def _is_bundle(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


def _environment(paths: Sequence[Path], records: Sequence[KeyRecord]) -> str:
    """A bundle keeps its own; keys of one environment give theirs; a mixture is what its least trusted key is."""
    if len(paths) == 1 and _is_bundle(paths[0]):
        return read_bundle(paths[0].read_bytes()).environment
    found = {"DEMO" if is_demonstration_record(each) else each.source for each in records}
    return max(found, key=ENVIRONMENTS.index)
