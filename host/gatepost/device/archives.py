"""Where a scanner's journal is kept: one file a scanner in a folder, known by the scanner's own key.

Names are for people and may change or be given to another scanner; the key is the scanner.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from gatepost.errors import GatepostError
from gatepost.journal.archive import Archive

_ENDING = ".journal"


def archive_of(folder: Path, name: str, device: bytes) -> tuple[Archive, str]:
    """The scanner's archive in `folder`, made where there is none, and a note for people, or ""."""
    mark = hashlib.sha256(device).hexdigest()[:8]
    stem = re.sub(r"[^\w.-]+", "-", name).strip("-.") or "scanner"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        existing = sorted(folder.glob(f"*-{mark}{_ENDING}"))
        namesakes = [each for each in folder.glob(f"{stem}-*{_ENDING}") if each not in existing]
    except OSError as error:
        raise GatepostError(f"cannot use the folder {folder}: {error.strerror}") from None
    path = existing[0] if existing else folder / f"{stem}-{mark}{_ENDING}"
    note = ""
    if not existing and namesakes:
        note = f"{name} was another scanner before, or was wiped: a new archive begins, {path.name}"
    return Archive.open(path, device), note
