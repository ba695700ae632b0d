"""What came of showing something to a scanner."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from PIL import Image

WORDS = ("PASS", "CHECK", "REFUSE")
NO_CODE = "no_code"
STAGES = ("find", "decode", "verify", "draw")


@dataclass(frozen=True)
class Scan:
    """One verdict with what led to it; `verdict` is None and `code` "no_code" where no code was found."""

    verdict: str | None
    code: str
    sentence: str
    action: str
    detail: str = ""
    number: int | None = None
    need: str = ""  # what is still to be shown
    trace: tuple[tuple[str, str, str], ...] = ()  # (label, yes/no/open, inputs) of each step
    claims: dict[str, Any] | None = None  # scheme, issuer, family, given, birth, kind, facts, ...
    ms: dict[str, float] = field(default_factory=dict)  # find, decode, verify, draw
    frames: int = 0  # shown until the verdict
    size: tuple[int, int] = (0, 0)  # of the last frame
    symbols: int = 0  # codes in it
    symbol: dict[str, Any] | None = (
        None  # version, level, corners, corrected, ..., of the one that was judged
    )
    heap: int = 0  # bytes of the scanner's heap in use after the verdict, garbage of the scan included
    said: tuple[str, ...] = ()  # the lines on the screen
    screen: Image.Image | None = field(default=None, repr=False, compare=False)

    @property
    def payload(self) -> bytes | None:
        """The text of the code that was judged."""
        return bytes.fromhex(self.symbol["payload"]) if self.symbol else None

    def plain(self) -> dict[str, Any]:
        """As JSON would have it, without the picture."""
        symbol = dict(self.symbol) if self.symbol else None
        if symbol is not None:
            symbol["payload"] = bytes.fromhex(symbol["payload"]).decode("utf-8", "replace")
        return {
            "verdict": self.verdict,
            "code": self.code,
            "sentence": self.sentence,
            "action": self.action,
            "detail": self.detail,
            "need": self.need,
            "claims": self.claims,
            "ms": self.ms,
            "frames": self.frames,
            "width": self.size[0],
            "height": self.size[1],
            "symbols": self.symbols,
            "symbol": symbol,
            "trace": [list(step) for step in self.trace],
            "screen": list(self.said),
        }


def from_report(report: dict[str, Any], frames: int, size: tuple[int, int]) -> Scan:
    """The Scan of a verdict as the scanner reports it."""
    return Scan(
        verdict=WORDS[report["verdict"]],
        code=report["code"],
        sentence=report["sentence"],
        action=report["action"],
        detail=report["detail"],
        number=report["number"],
        need=report["need"],
        trace=tuple((label, outcome, inputs) for label, outcome, inputs in report["trace"]),
        claims=report["claims"],
        ms=_milliseconds(report["us"]),
        frames=frames,
        size=size,
        symbols=report["symbols"],
        symbol=report["symbol"],
        heap=report["heap"],
        said=tuple(report["said"]),
    )


def nothing(report: dict[str, Any] | None, frames: int, size: tuple[int, int]) -> Scan:
    """The Scan of frames in which no code was found; `report` is the last frame's."""
    return Scan(
        verdict=None,
        code=NO_CODE,
        sentence="No code was found in the picture.",
        action="Show the code whole, sharp and flat.",
        ms=_milliseconds(report["us"]) if report else {},
        frames=frames,
        size=size,
        symbols=report["symbols"] if report else 0,
    )


def _milliseconds(us: dict[str, int]) -> dict[str, float]:
    """Stages as people speak of them: laying the grid and reading it are one, decode."""
    split = {
        "find": us.get("find"),
        "decode": us["grid"] + us["read"] if "grid" in us and "read" in us else None,
        "verify": us.get("verify"),
        "draw": us.get("draw"),
    }
    return {name: round(value / 1000, 2) for name, value in split.items() if value is not None}
