"""Whatever lists withdrawn certificates, to withdrawals: the EU gateway's batches, SMART Health Cards' lists, plain
files of identifiers, certificates of withdrawn signers, and our own files. Each file is known by its content;
certificates are read as signers where the kind CERTIFICATE is asked for.

Nothing is left out in silence: what was read and not kept is counted under a reason.
"""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gatepost.errors import GatepostError
from gatepost.revocation.lines import RID, NoList, read_lines
from gatepost.revocation.records import (
    DIGEST,
    KINDS,
    Withdrawal,
    check,
    is_file,
    merge,
    read_text,
    short_hash,
)
from gatepost.revocation.signers import of_signers
from gatepost.trust import listfile
from gatepost.trust.bundle import MAGIC
from gatepost.trust.public_keys import unbase64
from gatepost.trust.records import Tally

FILE_LIMIT = 512 * 1024 * 1024  # bytes, also after decompression
_METHODS = (
    "rid",
    "hash-fhir",
)  # the framework's, and that of its draft, whose identifiers are hashes of the content


@dataclass(frozen=True)
class Options:
    """`scheme`, `kind`: of the identifiers in plain files; `kid`: under which those of kind RID are good; `at`: unix
    seconds that decide what has expired."""

    scheme: str = "HC1"
    kind: str = ""
    kid: bytes = b""
    at: float = field(default_factory=lambda: datetime.now(UTC).timestamp())


def read_sources(paths: Iterable[str | Path], options: Options) -> tuple[list[Withdrawal], Tally]:
    """The merged entries of all sources, and the account of what was left out."""
    tally = Tally()
    entries: list[Withdrawal] = []
    for each in paths:
        path = Path(each)
        if not path.is_dir():
            entries += _read_file(path, options, tally)
            continue
        for file in sorted(file for file in path.rglob("*") if file.is_file()):
            try:
                entries += _read_file(file, options, tally)
            except NoList:
                tally.skip("file of another sort, no list of withdrawn certificates", str(file))
    return merge(entries), tally


def _read_file(path: Path, options: Options, tally: Tally) -> list[Withdrawal]:
    data = listfile.load(path, FILE_LIMIT, "list of withdrawn certificates")
    if data.startswith(MAGIC):
        raise GatepostError(
            f"{path} is a signed bundle: gatepost scan takes it with --authority, and a list is made from what it was "
            "made of"
        )
    if is_file(data):
        found = list(read_text(_text(data, path), str(path)))
        tally.read += len(found)
        return found
    if options.kind == "CERTIFICATE":
        signers = [check(each._replace(scheme=options.scheme)) for each in of_signers(data, str(path))]
        tally.read += len(signers)
        return signers
    if data.lstrip()[:1] in (b"{", b"["):
        try:
            document = json.loads(data.decode("utf-8-sig"))
        except (UnicodeDecodeError, ValueError, RecursionError):
            raise GatepostError(f"{path} begins as JSON does and is none") from None
        return _read_json(document, path, options, tally)
    kind = options.kind or KINDS[options.scheme][0]
    found = list(read_lines(_text(data, path), str(path), options.scheme, kind, options.kid))
    tally.read += len(found)
    return found


def _read_json(document: Any, path: Path, options: Options, tally: Tally) -> list[Withdrawal]:
    if isinstance(document, list):
        try:
            return [entry for each in document for entry in _read_json(each, path, options, tally)]
        except NoList as error:
            if len(document) == 1:
                raise
            raise GatepostError(str(error)) from None  # what the others hold must not go with it
    if isinstance(document, dict):
        if "hashType" in document and "entries" in document:
            return _read_batch(document, path, options, tally)
        if "rids" in document:
            return _read_card_list(document, path, tally)
        if "batches" in document:
            raise GatepostError(f"{path} is a list of batches: the hashes are in the batches that it names")
    raise NoList(f"{path}: neither a batch of the EU's gateway nor a list of SMART Health Cards")


def _read_batch(batch: dict[str, Any], path: Path, options: Options, tally: Tally) -> list[Withdrawal]:
    """A batch of the gateway: {country, expires, kid, hashType, entries: [{hash}]}."""
    kind, rows = batch["hashType"], batch["entries"]
    if kind not in KINDS["HC1"] or not isinstance(rows, list):
        raise GatepostError(f"{path}: a batch of the hash type {kind!r} is not known")
    tally.read += len(rows)
    if _moment(batch.get("expires"), path) < options.at:
        for _ in rows:
            tally.skip("of a batch that has expired", str(path))
        return []
    found = []
    for row in rows:
        try:
            digest = b64decode(row["hash"] if isinstance(row, dict) else row, validate=True)
        except (KeyError, TypeError, ValueError):
            digest = b""
        if len(digest) != DIGEST:
            tally.skip("not a hash of 16 bytes", str(path))
            continue
        found.append(Withdrawal("HC1", kind, digest))
    return found


def _read_card_list(document: dict[str, Any], path: Path, tally: Tally) -> list[Withdrawal]:
    """An issuer's list for one key: {kid, method, ctr, rids}; a rid may end in the moment before which it counts."""
    if document.get("method") not in _METHODS:
        raise GatepostError(f"{path}: a list by the method {document.get('method')!r} is not known")
    rids = document["rids"]
    try:
        kid = unbase64(document["kid"])
    except (KeyError, TypeError, ValueError):
        raise GatepostError(f"{path}: a list without a kid") from None
    if not kid or not isinstance(rids, list):
        raise GatepostError(f"{path}: a list without a kid or rids")
    found = []
    for rid in rids:
        tally.read += 1
        match = RID.fullmatch(rid) if isinstance(rid, str) else None
        before = int(match[2]) if match and match[2] else 0
        if match is None or before >= 1 << 32:
            tally.skip("not a revocation identifier", f"{path}: {rid}")
            continue
        found.append(Withdrawal("SHC", "RID", short_hash(match[1].encode()), kid, before))
    return found


def _moment(value: Any, path: Path) -> float:
    """Unix seconds of a batch's end; one without an end has none."""
    if value is None:
        return float("inf")
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise GatepostError(f"{path}: {value!r} is no time at which a batch expires") from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _text(data: bytes, path: Path) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NoList(f"{path} is no list of withdrawn certificates: it is no text") from None
