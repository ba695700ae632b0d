"""Who comes to the gate in the demonstration: travellers of an invented country, some with something to hide.

Every key and certificate is made afresh by the tools that make real ones, and every picture is photographed anew;
nothing is prepared but the story.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from PIL import Image

from gatepost.demo.photos import Camera, Pose, on_paper, on_phone, photograph
from gatepost.issue.hc1 import issue_hc1, key_id
from gatepost.issue.samples import sample
from gatepost.keys.issuer import Issuer, new_issuer
from gatepost.policy.bundle import build_policy, find_policy
from gatepost.policy.compiling import compile_policy
from gatepost.policy.source import read_source
from gatepost.trust.bundle import build_bundle
from gatepost.trust.certificate import record_from_certificate
from gatepost.trust.records import KeyRecord
from gatepost.trust.signing import point

COUNTRY = "UT"  # Utopia, the country of ICAO's specimen passports
MINISTRY = "Ministry of Health of Utopia"
CLINIC = "Harbour Clinic of Utopia"
NOBODY = "Nobody's Ministry"
_PHONE = Pose(turn=3, height=1.2)
_PAPER = Pose(turn=-2, height=1.12)
_GOOD = Camera(blur=0.5, noise=2, shade=0.1)


@dataclass(frozen=True)
class Scene:
    """One traveller: what the camera sees, and what the scanner must say of it."""

    title: str
    verdict: str
    code: str
    photo: Image.Image


@dataclass(frozen=True)
class Cast:
    """The travellers, and what provisioning puts on the scanner: signed list, policy, authority's key."""

    scenes: list[Scene]
    bundle: bytes
    policy: bytes
    authority: bytes


def assemble(now: datetime | None = None) -> Cast:
    """Make authority, issuers, certificates and pictures, all of them valid around `now`."""
    now = now or datetime.now(UTC)
    begin = now - timedelta(days=200)
    ministry = new_issuer(
        country=COUNTRY, name="Ministry of Health of Utopia", begin=begin, demonstration=True
    )
    stolen = new_issuer(country=COUNTRY, name="Harbour Clinic of Utopia", begin=begin, demonstration=True)
    nobody = new_issuer(country=COUNTRY, name="Nobody", begin=begin, demonstration=True)
    authority = ec.generate_private_key(ec.SECP256R1())
    records = [_record(ministry, MINISTRY), replace(_record(stolen, CLINIC), revoked=True)]
    created = int(now.timestamp())
    bundle = build_bundle(records, authority, version=1, environment="DEMO", created=created)
    parts = compile_policy(read_source(find_policy("demonstration")))
    policy = build_policy(parts, authority, version=1, environment="DEMO", created=created)
    return Cast(_scenes(ministry, stolen, nobody, now), bundle, policy, point(authority.public_key()))


def _record(issuer: Issuer, name: str) -> KeyRecord:
    """The issuer's key as a trust list has it, with the plain name for the screen."""
    return replace(record_from_certificate(issuer.dsc.public_bytes(Encoding.DER), source="DEMO"), name=name)


def _scenes(ministry: Issuer, stolen: Issuer, nobody: Issuer, now: datetime) -> list[Scene]:
    valid = _certificate(ministry, "vaccination", now, name=("Lindqvist", "Åsa Marie"), birth="1984-07-19")
    tested = _certificate(ministry, "test", now, name=("Okonkwo-Brandt", "Chidi"), birth="1991-02-28")
    recovered = _certificate(ministry, "recovery", now, name=("Papadopoulou", "Eleni"), birth="1969-11-03")
    expired = _certificate(
        ministry, "vaccination", now - timedelta(days=100), name=("Novak", "Jan"), birth="2001-05-12"
    )
    forged = _certificate(
        ministry, "vaccination", now, name=("Mallory", "Trudy"), birth="1978-10-30", forge=True
    )
    foreign = _certificate(nobody, "vaccination", now, name=("Doe", "Alex"), birth="1995-01-09")
    withdrawn = _certificate(stolen, "vaccination", now, name=("Rossi", "Carla"), birth="1988-08-17")
    endless = _certificate(
        ministry, "vaccination", now, name=("García Ñuñez", "María"), birth="1959-04-23", days=None
    )
    leaning = Pose(turn=17, lean=0.10, yaw=0.06, height=1.15)
    return [
        Scene("valid vaccination, on a phone", "PASS", "ok", _photo(on_phone(valid), _PHONE, _GOOD, 1)),
        Scene("negative test, on paper", "PASS", "ok", _photo(on_paper(tested), _PAPER, _GOOD, 2)),
        Scene(
            "recovery, on a tilted phone",
            "PASS",
            "ok",
            _photo(on_phone(recovered), leaning, Camera(blur=0.6, noise=3, shade=0.3), 3),
        ),
        Scene(
            "valid, on paper, out of focus",
            "PASS",
            "ok",
            _photo(on_paper(valid), _PAPER, Camera(blur=1.15, noise=4, shade=0.35), 4),
        ),
        Scene("no expiry date", "CHECK", "no_expiry", _photo(on_phone(endless), _PHONE, _GOOD, 5)),
        Scene("expired ten days ago", "REFUSE", "expired", _photo(on_phone(expired), _PHONE, _GOOD, 6)),
        Scene(
            "forged: one bit changed", "REFUSE", "bad_signature", _photo(on_paper(forged), _PAPER, _GOOD, 7)
        ),
        Scene("unknown issuer", "REFUSE", "unknown_issuer", _photo(on_phone(foreign), _PHONE, _GOOD, 8)),
        Scene(
            "issuer's key withdrawn", "REFUSE", "key_revoked", _photo(on_paper(withdrawn), _PAPER, _GOOD, 9)
        ),
        Scene(
            "not a certificate at all",
            "REFUSE",
            "not_a_certificate",
            _photo(on_phone("https://menu.example/table/7"), _PHONE, _GOOD, 10),
        ),
    ]


def _certificate(
    issuer: Issuer,
    kind: str,
    now: datetime,
    *,
    name: tuple[str, str],
    birth: str,
    days: int | None = 90,
    forge: bool = False,
) -> str:
    """The text of a certificate of that kind, issued a day before `now` and valid for `days` from then."""
    _, payload = sample(kind, now=now, country=COUNTRY, family=name[0], given=name[1], birth=birth)
    issued = int((now - timedelta(days=1)).timestamp())
    return issue_hc1(
        payload,
        issuer.dsc_key,
        key_id(issuer.dsc),
        issuer=COUNTRY,
        issued=issued,
        expires=None if days is None else issued + days * 86400,
        signature=_flip_last_bit if forge else None,
    )


def _flip_last_bit(signature: bytes) -> bytes:
    return signature[:-1] + bytes([signature[-1] ^ 1])


def _photo(subject: Image.Image, pose: Pose, camera: Camera, seed: int) -> Image.Image:
    return photograph(subject, pose, camera, seed, background=70 if seed % 2 else 120)
