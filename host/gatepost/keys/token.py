"""An authority's key that never leaves its token: PKCS #11, by a URI as RFC 7512 writes it.

    pkcs11:token=Gatepost;object=authority?module-path=/usr/lib/softhsm/libsofthsm2.so

`token` (or `serial`) names the token, `object` (or `id`) the key; the module may also come from GATEPOST_PKCS11_MODULE.
The PIN is asked for like a passphrase, or read from a file that `pin-source=file:/path` names; a PIN in the URI is
refused, because whoever lists processes would read it. The token signs; what it signed is verified here.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, unquote_to_bytes

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import load_der_public_key

from gatepost.errors import GatepostError

MODULE = "GATEPOST_PKCS11_MODULE"
_PATH = ("token", "serial", "object", "id", "type", "manufacturer", "model")
_QUERY = ("module-path", "pin-source", "pin-value")


class TokenKey:
    """Signs like a private key of `cryptography`."""

    def __init__(self, private: Any, public: ec.EllipticCurvePublicKey) -> None:
        self._private = private
        self._public = public
        self.curve = public.curve

    def public_key(self) -> ec.EllipticCurvePublicKey:
        return self._public

    def sign(self, data: bytes, signature_algorithm: ec.EllipticCurveSignatureAlgorithm, /) -> bytes:
        from pkcs11 import Mechanism  # pyright: ignore[reportMissingImports] # noqa: PLC0415

        digest = hashes.Hash(hashes.SHA256())
        digest.update(data)
        try:
            raw = bytes(self._private.sign(digest.finalize(), mechanism=Mechanism.ECDSA))
        except Exception as error:  # noqa: BLE001 - the package's errors have no common base in every version
            raise GatepostError(f"the token does not sign: {_words(error)}") from None
        half = len(raw) // 2
        signature = encode_dss_signature(int.from_bytes(raw[:half], "big"), int.from_bytes(raw[half:], "big"))
        try:
            self._public.verify(signature, data, ec.ECDSA(hashes.SHA256()))
        except InvalidSignature:
            raise GatepostError("the token's private key does not belong to its public key") from None
        return signature


def open_key(uri: str, ask: Callable[[], bytes]) -> TokenKey:
    """Log in to the token and find the key. GatepostError says which of the steps failed."""
    names = parse(uri)
    try:
        import pkcs11  # pyright: ignore[reportMissingImports] # noqa: PLC0415
        from pkcs11.util.ec import (  # pyright: ignore[reportMissingImports] # noqa: PLC0415
            encode_ec_public_key,
        )
    except ImportError:
        raise GatepostError(
            "keys in tokens need the package python-pkcs11: pip install 'gatepost[pkcs11]'"
        ) from None
    module = names.get("module-path") or os.environ.get(MODULE)
    if not module:
        raise GatepostError(f"which PKCS #11 module? Add ?module-path=/path/to/module.so, or set {MODULE}")
    wanted: dict[str, Any] = {"key_type": pkcs11.KeyType.EC}
    if "object" in names:
        wanted["label"] = names["object"]
    if "id" in names:
        wanted["id"] = unquote_to_bytes(names["id"])
    try:
        found = pkcs11.lib(module).get_token(
            token_label=names.get("token"), token_serial=_serial(names.get("serial"))
        )
    except Exception as error:  # noqa: BLE001 - see above
        raise GatepostError(f"no such token in {module}: {_words(error)}") from None
    session = None
    try:
        try:
            session = found.open(user_pin=_pin(names, ask))
        except pkcs11.UserAlreadyLoggedIn:  # by this very process, before
            session = found.open()
        private = session.get_key(object_class=pkcs11.ObjectClass.PRIVATE_KEY, **wanted)
        public: Any = session.get_key(object_class=pkcs11.ObjectClass.PUBLIC_KEY, **wanted)
        key = load_der_public_key(encode_ec_public_key(public))
        if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
            raise GatepostError("an authority's key is on P-256; the token's is not")
    except Exception as error:
        if session is not None:
            session.close()
        if isinstance(error, GatepostError):
            raise
        raise GatepostError(f"the token does not give its key: {_words(error)}") from None
    return TokenKey(private, key)


def parse(uri: str) -> dict[str, str]:
    """The attributes of a pkcs11: URI, percent signs resolved but in `id`. GatepostError for a URI that is none."""
    path, _, query = uri.partition(":")[2].partition("?")
    names: dict[str, str] = {}
    for text, separator, known in ((path, ";", _PATH), (query, "&", _QUERY)):
        for each in filter(None, text.split(separator)):
            name, equals, value = each.partition("=")
            if not equals or name not in known or name in names:
                raise GatepostError(f"{name!r} is not for a pkcs11: URI, or stands in it twice")
            names[name] = value if name == "id" else unquote(value)
    if "pin-value" in names:
        raise GatepostError(
            "a PIN does not belong in a command line: leave pin-value out, and it is asked for"
        )
    if not {"token", "serial"} & names.keys() or not {"object", "id"} & names.keys():
        raise GatepostError("a pkcs11: URI names a token and an object: pkcs11:token=NAME;object=NAME")
    return names


def _pin(names: dict[str, str], ask: Callable[[], bytes]) -> str:
    source = names.get("pin-source")
    if source is None:
        return ask().decode("utf-8", "surrogateescape")
    try:
        lines = Path(source.removeprefix("file:")).read_text().splitlines()
    except (OSError, UnicodeError):
        raise GatepostError("the file of pin-source cannot be read") from None
    if not lines or not lines[0]:
        raise GatepostError("the file of pin-source is empty")
    return lines[0]


def _serial(text: str | None) -> bytes | None:
    return None if text is None else text.encode()


def _words(error: Exception) -> str:
    """An error of the package in words: most of them have none but their name."""
    return str(error) or type(error).__name__
