"""Pictures of the corpora as a camera would give them, what they should read as, and the readers to compare with."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from PIL import Image

VGA = (640, 480)
QVGA = (320, 240)

Reader = Callable[[Image.Image], list[bytes]]

# What the symbol holds where the text beside the picture has lost a letter ("photograph"): Reed-Solomon agrees with
# this one, and so does another reader (WeChat's).
_MISLABELLED = {
    "qrcode-2/13.png": "The 2005 USGS aerial photography of the Washington Monument is censored.",
}


def rows(corpora: Path, name: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The pictures of one corpus: where each is and its row of the index."""
    if name == "gate":
        for row in json.loads((corpora / "gate" / "index.json").read_text()):
            yield corpora / "gate" / row["path"], {**row, "text": row["expected"]}
        return
    index = json.loads((corpora / "index.json").read_text())
    for row in index["corpora"][name]:
        path = corpora / row["path"]
        right = _MISLABELLED.get("/".join(path.parts[-2:])) if name == "qr-zxing" else None
        yield path, {**row, "text": right} if right else row


def luminance(path: Path, size: tuple[int, int] = VGA) -> Image.Image:
    """The picture in grey on white, area-scaled down to fit `size` where it is larger."""
    image = Image.open(path)
    if image.mode not in ("1", "L", "RGB"):
        image = image.convert("RGBA")
        white = Image.new("RGBA", image.size, "white")
        white.alpha_composite(image)
        image = white
    image = image.convert("L")
    scale = min(size[0] / image.width, size[1] / image.height)
    if scale >= 1:
        return image
    fitted = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    return image.resize(fitted, Image.Resampling.BOX)


def same(payload: bytes, text: str) -> bool:
    """Whether a payload is that text, in any of the character sets that readers guess between."""
    for charset in ("utf-8", "latin-1", "cp932", "gb18030"):
        try:
            if payload.decode(charset) == text:
                return True
        except UnicodeDecodeError:
            pass
    return False


def peers() -> dict[str, Reader]:
    """The readers installed here, by name, beside ours: none of them is needed."""
    return {name: read for name, (module, read) in _PEERS.items() if _missing(module) is None}


def absent() -> list[str]:
    """The readers that are not there, each with the reason."""
    reasons = {name: _missing(module) for name, (module, _) in _PEERS.items()}
    return [f"{name} ({reason})" for name, reason in reasons.items() if reason is not None]


def _missing(module: str) -> str | None:
    if find_spec(module) is None:
        return "install the extra `bench`"
    try:
        import_module(f"{module}.{module}" if module == "pyzbar" else module)
    except ImportError as error:  # of a binding whose library is another package
        return str(error)
    return None


def _quirc(image: Image.Image) -> list[bytes]:
    import warnings

    import quirc  # type: ignore[import-not-found]

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of each symbol that it finds and cannot read
        return [bytes(data.payload) for _, data in quirc.decode(image)]


def _zxing(image: Image.Image) -> list[bytes]:
    import zxingcpp  # type: ignore[import-not-found]

    only = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    return [r.bytes for r in zxingcpp.read_barcodes(image, formats=only)]


def _opencv(image: Image.Image) -> list[bytes]:
    import cv2  # type: ignore[import-not-found]
    import numpy

    try:
        found, texts, _, _ = cv2.QRCodeDetector().detectAndDecodeMulti(numpy.asarray(image))
    except (UnicodeDecodeError, cv2.error):
        return []  # its binding gives text alone and raises for what is none, or for a mode that it does not know
    return [t.encode() for t in texts if t] if found else []


def _zbar(image: Image.Image) -> list[bytes]:
    from pyzbar import pyzbar  # type: ignore[import-not-found]

    return [bytes(symbol.data) for symbol in pyzbar.decode(image, symbols=[pyzbar.ZBarSymbol.QRCODE])]


_PEERS: dict[str, tuple[str, Reader]] = {
    "ZXing-C++": ("zxingcpp", _zxing),
    "OpenCV": ("cv2", _opencv),
    "ZBar": ("pyzbar", _zbar),
    "quirc": ("quirc", _quirc),
}
