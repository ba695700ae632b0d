"""Bringing a bundle to a scanner: only the parts it lacks travel, and a broken transfer goes on where it ended.

The scanner says after each step what it wants next: a piece of a part that must be sent, or of one that it has in its
old bundle and copies. So the same loop serves a first push, a small change and what a pulled cable left half done.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gatepost.device.refusals import NoAnswer
from gatepost.errors import GatepostError
from gatepost.trust.bundle import Bundle, read_bundle

if TYPE_CHECKING:
    from gatepost.device.client import Client

Progress = Callable[[int, int], None]  # bytes that are there, bytes in all

_MANIFEST_PIECE = 3840  # bytes; a message has 4096 for all
_OPEN_SECONDS = 30.0  # a signature is verified and flash made ready
_CHUNK_SECONDS = 5.0
_COPY_SECONDS = 30.0
_COMMIT_SECONDS = 40.0  # every part is read back and hashed: some seconds for the longest lists
_FLUSH = 32768  # bytes between two points from which a cut transfer goes on; each costs the scanner an erase
_DETOURS = 20  # times that a scanner may ask for something else than it was sent


@dataclass(frozen=True)
class Pushed:
    """What became of a push. `sent`: bytes of manifest and parts that travelled; `size`: of the whole bundle."""

    kind: str
    version: int
    sent: int
    size: int
    already: bool  # it was the active one before


def push_bundle(client: Client, bundle: bytes | Bundle, progress: Progress | None = None) -> Pushed:
    """Push and activate. LinkError where the scanner refuses, NoAnswer where it falls silent: then push again."""
    found = bundle if isinstance(bundle, Bundle) else read_bundle(bundle)
    found.check_signed()
    size = len(found.manifest) + len(found.content)
    state = _begin(client, found.manifest)
    sent = len(found.manifest)
    starts = _starts(found)
    if state["active"]:
        return Pushed(found.kind, found.version, sent, size, True)
    missing = set(state["missing"])
    chunk = int(state["chunk"])
    content = found.content
    detours = 0
    place: list[int] | None = state["next"]
    while place is not None:
        part, offset = place
        if not 0 <= part < len(found.pieces) or not 0 <= offset < starts[part + 1] - starts[part]:
            raise GatepostError("the scanner asks for what the bundle does not have")
        if progress:
            progress(starts[part] + offset, len(content))
        try:
            if part in missing:
                pieces = _pieces(content, starts, missing, (part, offset), chunk)
                for piece, answer in zip(
                    pieces, client.stream("bundle.chunk", pieces, _CHUNK_SECONDS), strict=True
                ):
                    state = answer
                    sent += len(piece["data"])
                    if progress:
                        progress(starts[piece["part"]] + piece["offset"] + len(piece["data"]), len(content))
            else:
                state = client.repeat("bundle.copy", {}, _COPY_SECONDS)
        except NoAnswer:
            # Something was lost on the way. If the scanner is there, it knows where it is.
            client.ping()
            detours += 1
            state = _begin(client, found.manifest)
            missing = set(state["missing"])
        else:
            if state["next"] == place:
                # What it has of the old bundle is no good after all: then everything is sent.
                detours += 1
                missing = set(range(len(found.pieces)))
        if detours > _DETOURS:
            raise GatepostError("the transfer makes no progress")
        place = state["next"]
    client.repeat("bundle.commit", {}, _COMMIT_SECONDS)
    if progress:
        progress(len(found.content), len(content))
    return Pushed(found.kind, found.version, sent, size, False)


def _begin(client: Client, manifest: bytes) -> dict[str, Any]:
    """Send the manifest, in pieces where it is long; the scanner's state."""
    state: dict[str, Any] = {}
    for at in range(0, len(manifest), _MANIFEST_PIECE):
        piece = manifest[at : at + _MANIFEST_PIECE]
        params = {"manifest": piece, "offset": at, "size": len(manifest)}
        state = client.repeat("bundle.begin", params, _OPEN_SECONDS)
    if "next" not in state:
        raise GatepostError("the scanner did not take the whole manifest")
    return state


def _pieces(
    content: bytes, starts: list[int], missing: set[int], place: tuple[int, int], chunk: int
) -> list[dict[str, Any]]:
    """The chunks from a place on, as far as all there must be sent; the last of a flush says so."""
    part, offset = place
    end = part + 1
    while end in missing:
        end += 1
    at = starts[part] + offset
    pieces: list[dict[str, Any]] = []
    while at < starts[end]:
        while starts[part + 1] <= at:
            part += 1
        data = content[at : min(at + chunk, starts[end])]
        piece: dict[str, Any] = {"part": part, "offset": at - starts[part], "data": data}
        at += len(data)
        # A flush wherever a multiple of its distance is passed, and at the end of what is sent.
        if at < starts[end] and at // _FLUSH == (at - len(data)) // _FLUSH:
            piece["more"] = True
        pieces.append(piece)
    return pieces


def _starts(bundle: Bundle) -> list[int]:
    starts = [0]
    for _, piece in bundle.pieces:
        starts.append(starts[-1] + len(piece))
    return starts
