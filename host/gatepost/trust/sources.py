"""Whatever holds keys, to key records: certificates in PEM and DER, folders of them, JWK sets, lists of bare
keys, WHO's trust list, the VCI snapshot, our own key files and bundles. Each file is known by its content, never by
its name.

Nothing is left out in silence: every key that was read and not kept is counted under a reason.
"""

from __future__ import annotations

import json
import re
import time
from base64 import b64decode
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gatepost.errors import GatepostError
from gatepost.trust import authorities, bundle, keylist, listfile, spki, vci, who
from gatepost.trust.certificate import is_authority, record_from_certificate
from gatepost.trust.demonstration import MARKER
from gatepost.trust.public_keys import UnusableKey
from gatepost.trust.records import KeyRecord, Tally, merge

FILE_LIMIT = 64 * 1024 * 1024  # bytes, also after decompression
KEYS_FORMAT = "gatepost-keys"

_PEM = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]*)-----END \1-----")


@dataclass(frozen=True)
class Options:
    """What to keep. `environment` is the source of keys whose list names none; `at` decides what has expired.
    `scheme`: what certificates are read as, HC1 where it is empty; no certificate says it of itself."""

    environment: str = "PROD"
    include_expired: bool = False
    include_development: bool = False
    include_authorities: bool = False
    issuer: str = ""
    country: str = ""
    scheme: str = ""
    at: float = field(default_factory=time.time)


def read_sources(paths: Iterable[str | Path], options: Options) -> tuple[list[KeyRecord], Tally]:
    """The merged records of all sources, and the account of what was left out."""
    tally = Tally()
    records: list[KeyRecord] = []
    for each in paths:
        path = Path(each)
        if path.is_dir():
            for file in sorted(path.rglob("*")):
                if file.is_file():
                    records += _read_file(file, options, tally, in_folder=True)
        else:
            records += _read_file(path, options, tally)
    return merge(_current(records, options, tally), tally), tally


def write_keys(records: Iterable[KeyRecord]) -> str:
    """Records as the JSON that `read_sources` reads."""
    table = {"format": KEYS_FORMAT, "version": 1, "keys": [each.to_json() for each in records]}
    return json.dumps(table, indent=1, ensure_ascii=False) + "\n"


def _current(records: Iterable[KeyRecord], options: Options, tally: Tally) -> list[KeyRecord]:
    kept = []
    for record in records:
        if record.not_after < options.at and not options.include_expired:
            tally.skip("expired", f"{record.country or record.participant} {record.kid.hex()}")
        else:
            kept.append(record)
    return kept


def _read_file(path: Path, options: Options, tally: Tally, in_folder: bool = False) -> list[KeyRecord]:
    data = listfile.load(path, FILE_LIMIT, "key list")
    if data[:8] == bundle.MAGIC:
        return _counted(bundle.read_bundle(data).keys(), tally)
    if data[:4] == keylist.MAGIC:
        return _counted(keylist.decode(data), tally)
    blocks = _PEM.findall(data)
    if blocks:
        return _read_pem(blocks, path, options, tally, marked=MARKER.encode() in data)
    if data[:1] == b"\x30":
        return _certificates([data], path, options, tally)
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except (UnicodeDecodeError, ValueError, RecursionError):
        document = None
    if document is not None:
        found = _read_json(document, path, options, tally)
        if found is not None:
            return found
    if in_folder:
        tally.skip("file without keys", str(path))
        return []
    raise GatepostError(
        f"{path}: neither certificate, JWK set, DID document, VCI snapshot, key file nor bundle"
    )


def _read_json(document: Any, path: Path, options: Options, tally: Tally) -> list[KeyRecord] | None:
    if isinstance(document, dict) and document.get("format") == KEYS_FORMAT:
        if document.get("version") != 1 or not isinstance(document.get("keys"), list):
            raise GatepostError(f"{path}: a key file of an unknown version")
        return _counted([KeyRecord.from_json(each) for each in document["keys"]], tally)
    if who.is_did_document(document):
        return who.read_did(document, tally, options.include_development)
    if vci.is_snapshot(document):
        vci.check_signature(path, tally)
        return vci.read_snapshot(document, tally, options.environment)
    if vci.is_jwks(document):
        return vci.read_jwks(document, tally, options.environment, options.issuer, country=options.country)
    if spki.is_key_list(document):
        return spki.read_key_list(document, tally, options.environment, options.country)
    return None


def _read_pem(
    blocks: list[tuple[bytes, bytes]], path: Path, options: Options, tally: Tally, marked: bool
) -> list[KeyRecord]:
    ders = []
    for label, body in blocks:
        if label == b"CERTIFICATE":
            try:
                ders.append(b64decode(body))
            except ValueError:
                tally.skip("not a certificate", str(path))
        else:
            tally.read += 1
            kind = "private key" if b"PRIVATE" in label else label.decode().lower()
            tally.skip(f"{kind}, not a certificate", str(path))
    if marked and options.environment != "DEMO":
        tally.note("demonstration keys: for DEMO bundles alone", str(path))
    return _certificates(ders, path, options, tally)


def _certificates(ders: Iterable[bytes], path: Path, options: Options, tally: Tally) -> list[KeyRecord]:
    records = []
    for der in ders:
        tally.read += 1
        try:
            records.append(_record(der, options))
        except GatepostError as reason:
            tally.skip(str(reason), str(path))
    return records


def _record(der: bytes, options: Options) -> KeyRecord:
    if options.scheme == "VDS-NC":
        return authorities.passport_authority(der, options.environment)
    if options.scheme == "IL":
        return authorities.green_pass_signer(der, options.environment)
    if is_authority(der) and not options.include_authorities:
        raise UnusableKey(
            "CA certificate, which signs other certificates (--scheme VDS-NC for a passport authority)"
        )
    return record_from_certificate(der, source=options.environment, scheme=options.scheme or "HC1")


def _counted(records: list[KeyRecord], tally: Tally) -> list[KeyRecord]:
    tally.read += len(records)
    return records
