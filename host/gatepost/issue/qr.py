"""QR codes of certificate texts as pictures, drawn by segno: the scanner's decoder has no part in them."""

from __future__ import annotations

import io
from typing import Any

import segno

LEVELS = ("L", "M", "Q", "H")

# A text, or its segments, each of which is written in the mode that suits it (ISO/IEC 18004, 7.4).
Content = str | bytes | list[str]


def _code(text: Content, level: str, version: int | None, mask: int | None) -> segno.QRCode:
    # A higher level that would fit by chance is not taken: what was asked for is what is tested.
    content: Any = text  # segno takes segments too, which its annotations do not say
    return segno.make(content, error=level, version=version, mask=mask, micro=False, boost_error=False)


def qr_png(
    text: Content,
    *,
    level: str = "Q",
    scale: int = 4,
    border: int = 4,
    version: int | None = None,
    mask: int | None = None,
    dark: str = "black",
    light: str = "white",
) -> bytes:
    """A PNG of the code: `scale` pixels a module, `border` modules around; the HCERT specification asks for level Q."""
    out = io.BytesIO()
    _code(text, level, version, mask).save(
        out, kind="png", scale=scale, border=border, dark=dark, light=light
    )
    return out.getvalue()


def qr_svg(text: Content, *, level: str = "Q", scale: int = 4, border: int = 4) -> bytes:
    """The same as SVG."""
    out = io.BytesIO()
    _code(text, level, None, None).save(out, kind="svg", scale=scale, border=border)
    return out.getvalue()
