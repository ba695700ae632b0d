"""SMART Health Cards (framework 1.4.0), made with json, zlib and cryptography: apart from the scanner's own readers.

`issue_shc` deviates on request as issuers and forgers do, so that tests need no corpus for it.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from gatepost.errors import GatepostError
from gatepost.trust.public_keys import thumbprint

TYPE = "https://smarthealth.cards#health-card"
CHUNK = 1191  # characters of the JWS in one code of several (framework, "Chunking")
SINGLE = 1195  # and of a whole one


def issue_shc(
    bundle: Mapping[str, Any],
    private_key: ec.EllipticCurvePrivateKey,
    issuer: str,
    *,
    issued: float | None = None,
    expires: float | None = None,
    rid: str | None = None,
    types: tuple[str, ...] = (TYPE,),
    header: Mapping[str, Any] | None = None,
    payload: Mapping[str, Any] | bytes | None = None,
    packed: bytes | None = None,
    signature: Callable[[bytes], bytes] | None = None,
) -> str:
    """The compact JWS of a card about a FHIR `bundle`.

    issued (now if None) and expires are seconds since 1970. The rest deviates: header: members to change (None removes
    one); payload: the whole content, as an object or as bytes; packed: the payload after compression; signature:
    changes the good signature.
    """
    if payload is None:
        payload = card(bundle, issuer, issued, expires, rid, types)
    if not isinstance(payload, bytes):
        payload = json.dumps(payload, separators=(",", ":"), ensure_ascii=False).encode()
    if packed is None:
        deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
        packed = deflate.compress(payload) + deflate.flush()
    members: dict[str, Any] = {"zip": "DEF", "alg": "ES256", "kid": kid_of(private_key.public_key())}
    members |= header or {}
    members = {name: value for name, value in members.items() if value is not None}
    signed = f"{_b64(json.dumps(members, separators=(',', ':')).encode())}.{_b64(packed)}"
    r, s = decode_dss_signature(private_key.sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    good = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    return f"{signed}.{_b64(signature(good) if signature else good)}"


def card(
    bundle: Mapping[str, Any],
    issuer: str,
    issued: float | None = None,
    expires: float | None = None,
    rid: str | None = None,
    types: tuple[str, ...] = (TYPE,),
) -> dict[str, Any]:
    """The content that is signed."""
    credential: dict[str, Any] = {"type": list(types)}
    if rid is not None:
        credential["rid"] = rid
    credential["credentialSubject"] = {"fhirVersion": "4.0.1", "fhirBundle": bundle}
    found: dict[str, Any] = {
        "iss": issuer,
        "nbf": datetime.now(UTC).timestamp() if issued is None else issued,
    }
    if expires is not None:
        found["exp"] = expires
    return found | {"vc": credential}


def texts(jws: str, chunk: int | None = None) -> list[str]:
    """The texts of the codes that carry a JWS: one, or chunks of at most `chunk` characters where it needs several."""
    if chunk is None and len(jws) <= SINGLE:
        return ["shc:/" + digits(jws)]
    size = chunk or CHUNK
    count = -(-len(jws) // size)
    # Chunks of equal length: a last one of a few characters would be a code of another size.
    size = -(-len(jws) // count)
    return [
        f"shc:/{number + 1}/{count}/{digits(jws[number * size : (number + 1) * size])}"
        for number in range(count)
    ]


def digits(text: str) -> str:
    """Two digits a character, as numeric mode of a QR code packs best."""
    return "".join(f"{ord(each) - 45:02}" for each in text)


def segments(text: str) -> list[str]:
    """The text as the segments the framework asks for: its head, for byte mode, and its digits, for numeric mode."""
    head, _, tail = text.rpartition("/")
    return [head + "/", tail]


def kid_of(public: ec.EllipticCurvePublicKey) -> str:
    """The key id of a card's key: the thumbprint of its JWK (RFC 7638)."""
    return _b64(thumbprint(jwk(public)))


def jwk(public: ec.EllipticCurvePublicKey) -> dict[str, str]:
    """The key as its issuer publishes it, without kid and use."""
    if not isinstance(public.curve, ec.SECP256R1):
        raise GatepostError("SMART Health Cards are signed on P-256; this key is not")
    numbers = public.public_numbers()
    return {
        "kty": "EC",
        "crv": "P-256",
        "x": _b64(numbers.x.to_bytes(32, "big")),
        "y": _b64(numbers.y.to_bytes(32, "big")),
    }


def jwks(public: ec.EllipticCurvePublicKey) -> str:
    """The key set that `gatepost trust import --issuer URL` reads."""
    key = {**jwk(public), "kid": kid_of(public), "use": "sig", "alg": "ES256"}
    return json.dumps({"keys": [key]}, indent=1) + "\n"


def sample(
    kind: str = "vaccination",
    now: datetime | None = None,
    family: str = "Lindqvist",
    given: str = "Åsa Marie",
    birth: str = "1984-07-19",
) -> dict[str, Any]:
    """A FHIR bundle about a made-up patient: two doses, or a negative test of yesterday."""
    moment = now or datetime.now(UTC)
    resources: list[dict[str, Any]] = [
        {
            "resourceType": "Patient",
            "name": [{"family": family, "given": given.split()}],
            "birthDate": birth,
        }
    ]
    if kind == "test":
        resources.append(
            {
                "resourceType": "Observation",
                "status": "final",
                "code": {"coding": [{"system": "http://loinc.org", "code": "94558-4"}]},
                "subject": {"reference": "resource:0"},
                "effectiveDateTime": (moment - timedelta(hours=20)).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "performer": [{"display": "Test Centre Harbour 3"}],
                "valueCodeableConcept": {
                    "coding": [{"system": "http://snomed.info/sct", "code": "260415000"}]
                },
            }
        )
    else:
        for days, lot in ((-60, "EX0041"), (-32, "EX0042")):
            resources.append(
                {
                    "resourceType": "Immunization",
                    "status": "completed",
                    "vaccineCode": {"coding": [{"system": "http://hl7.org/fhir/sid/cvx", "code": "208"}]},
                    "patient": {"reference": "resource:0"},
                    "occurrenceDateTime": (moment + timedelta(days=days)).strftime("%Y-%m-%d"),
                    "lotNumber": lot,
                    "performer": [{"actor": {"display": "Examplia General Hospital"}}],
                }
            )
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [
            {"fullUrl": f"resource:{number}", "resource": each} for number, each in enumerate(resources)
        ],
    }


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
