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
from gatepost.policy.bundle import build_policy, find_policy, is_bundle, read_policy_bundle
from gatepost.policy.compiling import compile_policy
from gatepost.policy.explaining import remarks
from gatepost.policy.source import read_source
from gatepost.revocation.bundle import build_revocations, read_content
from gatepost.revocation.sources import Options as Withdrawals
from gatepost.revocation.sources import read_sources as read_withdrawals
from gatepost.trust.bundle import build_bundle, read_bundle
from gatepost.trust.demonstration import is_demonstration_record
from gatepost.trust.records import ENVIRONMENTS, KeyRecord
from gatepost.trust.signing import point
from gatepost.trust.sources import Options, read_sources

NO_POLICY = "no rules, so nothing is PASS: name a policy with --policy, for a try --policy demonstration"


@dataclass(frozen=True)
class Provision:
    """`bundle` and `authority` (65 bytes) for a VirtualScanner; `note` for the person, or empty."""

    bundle: bytes
    authority: bytes
    keys: int
    policy: bytes | None = None
    note: str = ""
    withdrawn: bytes | None = None
    doubts: tuple[str, ...] = ()  # what `gatepost policy check` notes of the policy

    @property
    def remarks(self) -> list[str]:
        """What whoever provisions is told."""
        return [each for each in (self.note, *self.doubts) if each]


def provision(
    sources: Sequence[str | os.PathLike[str]],
    authority: str | os.PathLike[str] | None = None,
    at: float | None = None,
    policy: str | os.PathLike[str] | None = None,
    withdrawn: Sequence[str | os.PathLike[str]] = (),
) -> Provision:
    """Make ready what `sources` hold. `authority`: file of the public key that signed a bundle; `at`: unix seconds;
    `policy`: a policy's bundle or source, or the name of a ready one; `withdrawn`: lists of withdrawn certificates, or
    the bundle of them that `authority` signed."""
    paths = [Path(each) for each in sources]
    if authority is not None:
        if len(paths) != 1 or not is_bundle(paths[0]):
            raise GatepostError("an authority's key goes with one signed bundle")
        key = load_authority(Path(authority))
        data = paths[0].read_bytes()
        # The scanner would refuse it too, and keep the reason to itself.
        keys = len(read_bundle(data, key).keys())
        note = "" if policy else NO_POLICY
        lists = _signed_lists(withdrawn, key)
        return Provision(data, point(key), keys, _signed_policy(policy, key), note, lists)
    now = time.time() if at is None else at
    records, tally = read_sources(paths, Options(at=now))
    if not records:
        why = ", ".join(f"{count} {reason}" for reason, count in tally.skipped.items()) or "nothing in it"
        raise GatepostError(f"no key that can be used in {', '.join(map(str, paths))}: {why}")
    signer = ec.generate_private_key(ec.SECP256R1())
    environment = _environment(paths, records)
    bundle = build_bundle(records, signer, 1, environment, max(1, int(now)))
    rules = None
    doubts: list[str] = []
    if policy is not None:
        parts, doubts = _policy_parts(find_policy(policy))
        rules = build_policy(parts, signer, 1, environment, max(1, int(now)))
    lists = None
    if withdrawn:
        entries, left_out = read_withdrawals(map(Path, withdrawn), Withdrawals(at=now))
        lists = build_revocations(entries, signer, 1, environment, max(1, int(now)))
        tally.skipped.update(left_out.skipped)
    notes = [] if policy else [NO_POLICY]
    if any(map(is_bundle, paths)):
        notes.append("the bundle's signature was not checked: name its authority's key with --authority")
    if tally.skipped:
        notes.append("left out: " + ", ".join(f"{count} {reason}" for reason, count in tally.skipped.items()))
    return Provision(
        bundle, point(signer.public_key()), len(records), rules, "; ".join(notes), lists, tuple(doubts)
    )


def _signed_policy(policy: str | os.PathLike[str] | None, key: ec.EllipticCurvePublicKey) -> bytes | None:
    if policy is None:
        return None
    path = find_policy(policy)
    if not is_bundle(path):
        raise GatepostError(f"{path} is not signed by that authority: gatepost policy pack signs it")
    data = path.read_bytes()
    read_bundle(data, key)
    return data


def _signed_lists(
    withdrawn: Sequence[str | os.PathLike[str]], key: ec.EllipticCurvePublicKey
) -> bytes | None:
    if not withdrawn:
        return None
    path = Path(withdrawn[0])
    if len(withdrawn) != 1 or not is_bundle(path):
        raise GatepostError(
            f"{path} is not signed by that authority: gatepost trust revocations bundle signs it"
        )
    data = path.read_bytes()
    read_content(read_bundle(data, key))
    return data


def _policy_parts(path: Path) -> tuple[dict[str, bytes], list[str]]:
    """The parts, and notes on what may be a slip in them."""
    if is_bundle(path):
        return read_policy_bundle(path.read_bytes()), []
    source = read_source(path)
    return compile_policy(source), remarks(source).notes


def _environment(paths: Sequence[Path], records: Sequence[KeyRecord]) -> str:
    """A bundle keeps its own; keys of one environment give theirs; a mixture is what its least trusted key is."""
    if len(paths) == 1 and is_bundle(paths[0]):
        return read_bundle(paths[0].read_bytes()).environment
    found = {"DEMO" if is_demonstration_record(each) else each.source for each in records}
    return max(found, key=ENVIRONMENTS.index)
