"""Pictures as the camera's frames: any size and format that Pillow reads, as 8-bit grey."""

from __future__ import annotations

import io
import os
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from gatepost.errors import GatepostError

VGA = (640, 480)
LARGEST = (1600, 1200)  # of the decoder
MOST_FRAMES = 500  # of one animation or multi-page file
_MOST_PIXELS = 200_000_000  # a decompressed picture larger than that is an attack or a mistake

Picture: TypeAlias = "Image.Image | str | os.PathLike[str] | bytes"


@dataclass(frozen=True)
class Frame:
    """What one capture gives: `pixels` row by row, a byte each."""

    width: int
    height: int
    pixels: bytes

    def image(self) -> Image.Image:
        return Image.frombytes("L", (self.width, self.height), self.pixels)


def frames(pictures: Picture | Iterable[Picture], largest: tuple[int, int] = VGA) -> Iterator[Frame]:
    """The frames of one picture, or of several one after the other; no frame is larger than `largest`."""
    if isinstance(pictures, (Image.Image, str, os.PathLike, bytes)):
        pictures = [pictures]
    for picture in pictures:
        for image in _open(picture):
            yield to_frame(image, largest)


def to_frame(image: Image.Image, largest: tuple[int, int] = VGA) -> Frame:
    """Grey, upright, and scaled down by area to fit where it is too large; a smaller picture stays as it is."""
    grey = _grey(image)
    scale = min(largest[0] / grey.width, largest[1] / grey.height)
    if scale < 1:
        size = (max(1, round(grey.width * scale)), max(1, round(grey.height * scale)))
        grey = grey.resize(size, Image.Resampling.BOX)
    return Frame(grey.width, grey.height, grey.tobytes())


def picture_files(paths: Iterable[str | os.PathLike[str]]) -> Iterator[Path]:
    """Files as they are; folders as the pictures below them, by name."""
    readable = {suffix for suffix, kind in Image.registered_extensions().items() if kind in Image.OPEN}
    for each in paths:
        path = Path(each)
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.suffix.lower() in readable and p.is_file())
        else:
            yield path


def _open(picture: Picture) -> Iterator[Image.Image]:
    if isinstance(picture, Image.Image):
        yield picture
        return
    name = "the picture" if isinstance(picture, bytes) else os.fspath(picture)
    try:
        with _opened(picture) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise GatepostError(f"{name}: {image.width}x{image.height} pixels is too large a picture")
            for count, each in enumerate(ImageSequence.Iterator(image)):
                if count == MOST_FRAMES:
                    break
                each.load()  # here, where a damaged file is told from other faults
                yield each
    except FileNotFoundError:
        raise GatepostError(f"{name}: no such file") from None
    except UnidentifiedImageError:
        raise GatepostError(f"{name}: not a picture that can be read") from None
    except (Image.DecompressionBombError, MemoryError):
        raise GatepostError(f"{name}: too large a picture") from None
    except IsADirectoryError:
        raise GatepostError(f"{name}: a folder, not a picture") from None
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, TypeError) as error:
        # Pillow's readers raise all of these for damaged files.
        raise GatepostError(f"{name}: a damaged picture ({error})") from None


def _opened(picture: str | os.PathLike[str] | bytes) -> Image.Image:
    with warnings.catch_warnings():
        # Pillow warns of what is half as large as it refuses; the limit here is _MOST_PIXELS.
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        return Image.open(io.BytesIO(picture) if isinstance(picture, bytes) else picture)


def _grey(image: Image.Image) -> Image.Image:
    upright = ImageOps.exif_transpose(image)
    if upright.mode.startswith("I;16") or upright.mode in ("I", "F"):
        return _scaled_to_8_bits(upright)
    if upright.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in upright.info:
        rgba = upright.convert("RGBA")
        paper = Image.new("RGBA", rgba.size, "white")
        upright = Image.alpha_composite(paper, rgba)
    return upright.convert("L")


def _scaled_to_8_bits(image: Image.Image) -> Image.Image:
    """16-bit, 32-bit and float pictures: Pillow would clip them at 255."""
    wide = image.convert("F")
    highest = wide.getextrema()[1]
    assert isinstance(highest, float)
    # Nothing in these files says what white is: the least usual one that leaves nothing above it.
    white = (
        65535.0
        if image.mode.startswith("I;16")
        else min((w for w in (1.0, 255.0, 65535.0) if w >= highest), default=highest)
    )
    return wide.point(lambda level: level * (255.0 / white)).convert("L")
