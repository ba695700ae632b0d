"""From a blank scanner to one at the gate: authority, name, readers of its journal, clock, lists, seal.

Each step may be made twice, so a run that was cut is finished by running it again. The scanner makes its own key and
tells its public half alone.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from gatepost.device.client import Client, LinkError, check_name
from gatepost.errors import GatepostError
from gatepost.keys.roles import Credentials, read_role
from gatepost.trust.bundle import Bundle
from gatepost.trust.signing import point

CLOCK_SLACK = 2  # seconds of difference that are left alone


@dataclass(frozen=True)
class Plan:
    """What a scanner is to become. `supervisors`: (name, 65-byte point); `bundles` are pushed in this order."""

    authority: ec.EllipticCurvePublicKey
    technician: Credentials
    name: str
    supervisors: Sequence[tuple[str, bytes]] = ()
    bundles: Sequence[Bundle] = ()
    seal: bool = True

    def __post_init__(self) -> None:
        """What the scanner would refuse halfway is refused before anything is written."""
        check_name(self.name)
        role = self.technician.role
        if role.role != "technician":
            raise GatepostError(f"scanners are provisioned by technicians, and {role.name} is a {role.role}")


def provision(client: Client, plan: Plan, tell: Callable[[str], None]) -> dict[str, Any]:
    """Bring a blank scanner to the plan; its last hello with its public key as `device`. `tell` hears of each step."""
    hello = client.hello()
    if hello.get("sealed"):
        raise GatepostError(
            f"{hello.get('name') or 'this scanner'} is sealed: wipe it first with gatepost device unseal"
        )
    if hello.get("provisioned"):
        tell("continuing: the scanner has an authority already")
    else:
        client.provision(point(plan.authority), plan.name, plan.supervisors)
        tell(f"made its key; it is {plan.name} and obeys {fingerprint(point(plan.authority))}")
    try:
        session = client.session(plan.technician.certificate, plan.technician.private)
    except LinkError as error:
        if error.code == "bad_signature" and hello.get("provisioned"):
            raise GatepostError(
                "the scanner belongs to another authority: only its owner can unseal it"
            ) from None
        raise
    with session:
        if hello.get("provisioned"):
            client.configure(plan.name, plan.supervisors)
            tell(f"it is {plan.name}")
        if set_clock(client):
            tell("set its clock")
        for bundle in plan.bundles:
            pushed = client.push(bundle)
            tell(
                f"{pushed.kind} bundle, version {pushed.version}" + (": was there" if pushed.already else "")
            )
        if plan.seal:
            client.seal()
            tell("sealed it")
        device = session.device
    hello = client.hello()
    _check(hello, plan)
    return {**hello, "device": device}


def set_clock(client: Client) -> bool:
    """Set the scanner's clock to this computer's, unless it is right; needs a technician's session."""
    clock = client.hello().get("clock", {})
    if clock.get("trusted") and abs(clock.get("now", 0) - time.time()) <= CLOCK_SLACK:
        return False
    client.set_clock()
    return True


def load_supervisors(
    paths: Sequence[Path], authority: ec.EllipticCurvePublicKey | None
) -> list[tuple[str, bytes]]:
    """Names and points out of supervisors' role certificates, which `authority` signed."""
    found = []
    for path in paths:
        try:
            role = read_role(path.read_bytes(), authority)
        except OSError as error:
            raise GatepostError(f"cannot read {path}: {error.strerror}") from None
        except GatepostError as error:
            raise GatepostError(f"{path}: {error}") from None
        if role.role != "supervisor":
            raise GatepostError(
                f"{path} is the certificate of a {role.role}, and journals are read by supervisors"
            )
        found.append((role.name, role.key))
    return found


def fingerprint(key: bytes) -> str:
    """The beginning of the SHA-256 over x || y, for people to compare."""
    return hashlib.sha256(key[1:]).hexdigest()[:16]


def _check(hello: dict[str, Any], plan: Plan) -> None:
    wrong = []
    if hello.get("name") != plan.name:
        wrong.append(f"its name is {hello.get('name')!r}")
    if bool(hello.get("sealed")) != plan.seal:
        wrong.append("it is not sealed" if plan.seal else "it is sealed")
    if not hello.get("clock", {}).get("trusted"):
        wrong.append("its clock is doubtful")
    held = hello.get("bundles", {})
    wrong += [
        f"its {each.kind} bundle is another one"
        for each in plan.bundles
        if held.get(each.kind, {}).get("version") != each.version
    ]
    if plan.supervisors and hello.get("journal", {}).get("problem"):
        wrong.append(f"its journal says {hello['journal']['problem']}")
    if wrong:
        raise GatepostError("after all steps, the scanner is not as it should be: " + ", ".join(wrong))
