"""Invented issuers in the form of every system: they issue what `gatepost demo --system` shows, and are trusted by it.

Only those that a system asks for are made. Their country codes are real, so that the scanner shows the name; the keys
are fresh and nobody's, and the list that trusts them is one of DEMO.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding

from gatepost.issue import israel, ith1, samples, shc, vdsnc
from gatepost.issue.hc1 import issue_hc1, key_id
from gatepost.keys.issuer import Issuer, new_issuer
from gatepost.keys.reading import ReadingKey, new_reading_key
from gatepost.policy.bundle import build_policy, find_policy
from gatepost.policy.compiling import compile_policy
from gatepost.policy.source import read_source
from gatepost.trust import authorities
from gatepost.trust.bundle import build_bundle
from gatepost.trust.certificate import record_from_certificate
from gatepost.trust.countries import alpha3
from gatepost.trust.records import KeyRecord, Tally
from gatepost.trust.signing import point
from gatepost.trust.vci import read_jwks

CARDS = "https://health.example/cards"
_DAY = 86400


class World:
    """`now`: when everything is issued. `records`: of the keys made so far; `reading`: keys that the scanner holds."""

    def __init__(self, now: datetime | None = None) -> None:
        self.now = (now or datetime.now(UTC)).replace(microsecond=0)
        self.records: list[KeyRecord] = []
        self.reading: list[ReadingKey] = []
        self._authority = ec.generate_private_key(ec.SECP256R1())
        self._issuers: dict[tuple[str, ...], Any] = {}

    @property
    def seconds(self) -> int:
        return int(self.now.timestamp())

    def settings(self) -> dict[str, Any]:
        """What a virtual scanner needs to judge what was issued: signed list, signed policy, authority's key."""
        parts = compile_policy(read_source(find_policy("systems")))
        return {
            "bundle": build_bundle(
                self.records or [self._stranger()], self._authority, 1, "DEMO", self.seconds
            ),
            "policy": build_policy(parts, self._authority, 1, "DEMO", self.seconds),
            "authority": point(self._authority.public_key()),
        }

    def hc1(
        self,
        country: str,
        kind: str = "vaccination",
        *,
        algorithm: str = "ES256",
        change: Callable[[Any], Any] | None = None,
        sub_claim: int | None = None,
        forge: bool = False,
        expires: bool = True,
        **names: str,
    ) -> str:
        """A certificate in the EU's envelope; `change` makes another payload of the sample's."""
        issuer = self._health(country, algorithm)
        number, payload = samples.sample(kind, now=self.now, country=country, **names)
        payload = change(payload) if change else payload
        wanted: dict[str, Any] = {"claims": payload} if sub_claim == 0 else {"sub_claim": sub_claim or number}
        return issue_hc1(
            None if sub_claim == 0 else payload,
            issuer.dsc_key,
            key_id(issuer.dsc),
            issuer=country,
            issued=self.seconds - _DAY,
            expires=self.seconds + 90 * _DAY if expires else None,
            signature=flip if forge else None,
            **wanted,
        )

    def card(self, kind: str = "vaccination", *, chunk: int | None = None, forge: bool = False) -> list[str]:
        """The texts of a SMART Health Card."""
        key = self._once(("SHC",), self._card_issuer)
        jws = shc.issue_shc(
            shc.sample(kind, now=self.now),
            key,
            CARDS,
            issued=self.seconds - _DAY,
            signature=flip if forge else None,
        )
        return shc.texts(jws, chunk)

    def seal(self, country: str, kind: str = "vaccination", *, forge: bool = False) -> str:
        """A VDS-NC: Australia's passport authority signs with RSA, others here on P-384."""
        authority, _ = self._once(("VDS-NC", country), lambda: self._passports(country))
        key = ec.generate_private_key(ec.SECP256R1())
        signer = vdsnc.barcode_signer(key, authority, country, begin=self.now - timedelta(days=30))
        name, message = vdsnc.sample(kind, self.now)
        return vdsnc.issue_vdsnc(
            message, key, signer, issuer=alpha3(country), kind=name, signature=flip if forge else None
        )

    def green_pass(self, algorithm: str, kind: str = "vaccination", *, forge: bool = False) -> bytes:
        """Israel's older form."""
        issuer = self._once(("IL", algorithm), lambda: self._green_pass(algorithm))
        content = israel.sample(kind, issuer.dsc_key, self.now)
        return israel.issue_israel(content, issuer.dsc_key, signature=flip if forge else None)

    def sealed(
        self,
        which: str,
        *,
        colour: str = "",
        known: bool = True,
        age: int = 0,
        minutes: int = 0,
        forge: bool = False,
    ) -> str:
        """An ITH1 certificate, or a status code of that colour, issued `age` minutes ago; sealed with a reading key
        that the scanner holds if it is `known`."""
        issuer = self._once(("ITH1",), self._sealing)
        issued = self.seconds - 60 * age
        return ith1.issue_ith1(
            ith1.status(colour) if colour else ith1.sample(which, self.now),
            issuer.dsc_key,
            key_id(issuer.dsc),
            self._once(("reading", str(known)), lambda: self._reading(known)),
            issued=issued,
            expires=issued + (60 * minutes or 90 * _DAY),
            label=ith1.STATUS if colour else ith1.TRAVEL,
            signature=flip if forge else None,
        )

    def _once(self, name: tuple[str, ...], make: Callable[[], Any]) -> Any:
        if name not in self._issuers:
            self._issuers[name] = make()
        return self._issuers[name]

    def _issuer(self, country: str, algorithm: str = "ES256") -> Issuer:
        begin = self.now - timedelta(days=200)
        return new_issuer(algorithm, country, begin=begin, demonstration=True)

    def _health(self, country: str, algorithm: str) -> Issuer:
        def make() -> Issuer:
            issuer = self._issuer(country, algorithm)
            self._trust(record_from_certificate(_der(issuer), source="DEMO"))
            return issuer

        return self._once(("HC1", country, algorithm), make)

    def _sealing(self) -> Issuer:
        issuer = self._issuer("UT")
        self._trust(record_from_certificate(_der(issuer), source="DEMO", scheme="ITH1"))
        return issuer

    def _green_pass(self, algorithm: str) -> Issuer:
        issuer = self._issuer("IL", algorithm)
        self._trust(authorities.green_pass_signer(_der(issuer), "DEMO"))
        return issuer

    def _passports(self, country: str) -> Any:
        if country == "AU":
            key: Any = rsa.generate_private_key(65537, 3072)
        else:
            key = ec.generate_private_key(ec.SECP384R1())
        certificate = vdsnc.authority(key, country, self.now - timedelta(days=365))
        self._trust(authorities.passport_authority(certificate.public_bytes(Encoding.DER), "DEMO"))
        return key, certificate

    def _card_issuer(self) -> ec.EllipticCurvePrivateKey:
        key = ec.generate_private_key(ec.SECP256R1())
        self.records += read_jwks(
            json.loads(shc.jwks(key.public_key())), Tally(), "DEMO", CARDS, "Invented issuer"
        )
        return key

    def _reading(self, known: bool) -> ReadingKey:
        key = new_reading_key("UT", self.seconds - _DAY, demonstration=True)
        if known:
            self.reading.append(key)
        return key

    def _stranger(self) -> KeyRecord:
        # No scanner is without a list: one that trusts somebody else.
        return replace(record_from_certificate(_der(self._issuer("UT")), source="DEMO"), name="Nobody")

    def _trust(self, record: KeyRecord) -> None:
        self.records.append(replace(record, name="Invented issuer"))


def flip(signature: bytes) -> bytes:
    """One bit changed."""
    return signature[:-1] + bytes([signature[-1] ^ 1])


def _der(issuer: Issuer) -> bytes:
    return issuer.dsc.public_bytes(Encoding.DER)
