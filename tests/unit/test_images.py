"""Pictures of every kind become frames of 8-bit grey; what is none gets a sentence."""

import io
import random
import struct
import zlib

import pytest
from gatepost.errors import GatepostError
from gatepost.sim.images import LARGEST, VGA, frames, picture_files, to_frame
from PIL import Image

GREY = Image.radial_gradient("L").resize((120, 90))


def only(picture, largest=VGA):
    (frame,) = frames(picture, largest)
    return frame


def saved(image, **options):
    buffer = io.BytesIO()
    image.save(buffer, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "PPM", "TGA", "GIF", "WEBP"])
@pytest.mark.parametrize("mode", ["L", "RGB", "P", "1"])
def test_lossless_formats_and_modes(kind, mode):
    image = GREY.convert(mode)
    options = {"lossless": True} if kind == "WEBP" else {}
    try:
        data = saved(image.convert("RGB") if kind == "WEBP" else image, format=kind, **options)
    except OSError:
        pytest.skip(f"Pillow does not write {mode} as {kind}")
    frame = only(data)
    assert (frame.width, frame.height) == (120, 90)
    want = image.convert("L").tobytes()
    assert max(abs(a - b) for a, b in zip(frame.pixels, want, strict=True)) <= 2


def test_jpeg_is_close():
    want = GREY.tobytes()
    got = only(saved(GREY, format="JPEG", quality=95)).pixels
    assert max(abs(a - b) for a, b in zip(got, want, strict=True)) < 16


def test_a_picture_that_fits_stays_as_it_is():
    assert only(GREY).pixels == GREY.tobytes()


@pytest.mark.parametrize(
    ("size", "largest", "want"),
    [
        ((640, 480), VGA, (640, 480)),
        ((1280, 960), VGA, (640, 480)),
        ((4000, 3000), LARGEST, (1600, 1200)),
        ((1000, 2000), VGA, (240, 480)),
        ((5000, 10), VGA, (640, 1)),
        ((1, 1), VGA, (1, 1)),
    ],
)
def test_larger_pictures_are_scaled_to_fit(size, largest, want):
    frame = to_frame(Image.new("L", size, 7), largest)
    assert (frame.width, frame.height) == want
    assert set(frame.pixels) == {7}


def test_scaling_is_by_area():
    board = Image.new("L", (1280, 960))
    board.paste(200, (0, 0, 640, 960))
    stripes = Image.frombytes("L", (1280, 960), bytes([0, 200] * 640) * 960)
    assert set(to_frame(board).pixels) == {200, 0}
    assert set(to_frame(stripes).pixels) == {100}


def test_a_photo_is_turned_as_its_camera_says():
    turned = GREY.rotate(90, expand=True)
    exif = Image.Exif()
    exif[0x0112] = 6  # stored a quarter turn to the left of how it is looked at
    frame = only(saved(turned, format="PNG", exif=exif))
    assert (frame.width, frame.height) == (120, 90)
    assert frame.pixels == GREY.tobytes()


def test_what_is_transparent_is_white():
    clear = Image.new("RGBA", (4, 4), (0, 0, 0, 0))
    clear.putpixel((1, 1), (0, 0, 0, 255))
    frame = only(saved(clear, format="PNG"))
    assert frame.pixels.count(255) == 15
    assert frame.pixels[5] == 0
    palette = Image.new("P", (4, 4), 0)
    palette.putpalette([0, 0, 0, 10, 10, 10])
    assert set(only(saved(palette, format="PNG", transparency=0)).pixels) == {255}


def test_sixteen_bits_keep_their_contrast():
    wide = Image.new("I;16", (3, 1))
    for x, level in enumerate((0, 32768, 65535)):
        wide.putpixel((x, 0), level)
    for kind in ("PNG", "TIFF"):
        assert list(only(saved(wide, format=kind)).pixels) == [0, 127, 255]
    fraction = Image.new("F", (2, 1))
    fraction.putpixel((1, 0), 1.0)
    assert list(only(saved(fraction, format="TIFF")).pixels) == [0, 255]


@pytest.mark.parametrize("kind", ["GIF", "PNG", "TIFF", "WEBP"])
def test_animations_and_pages_are_sequences(kind):
    pages = [Image.new("L", (30, 20), level) for level in (10, 120, 250)]
    options = {"lossless": True} if kind == "WEBP" else {}
    data = saved(
        pages[0].convert("RGB"),
        format=kind,
        save_all=True,
        append_images=[p.convert("RGB") for p in pages[1:]],
        **options,
    )
    levels = [frame.pixels[0] for frame in frames(data)]
    assert [abs(a - b) <= 2 for a, b in zip(levels, (10, 120, 250), strict=True)] == [True] * 3


def test_several_pictures_are_one_sequence(tmp_path):
    path = tmp_path / "a.png"
    GREY.save(path)
    assert len(list(frames([path, str(path), GREY, saved(GREY, format="BMP")]))) == 4


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not a picture"),
        (b"hello, I am a text", "not a picture"),
        (b"\x89PNG\r\n\x1a\n", "picture"),
        (random.Random(1).randbytes(5000), "not a picture"),
        (b"%PDF-1.4\n", "not a picture"),
    ],
)
def test_what_is_not_a_picture(tmp_path, content, words):
    path = tmp_path / "file.png"
    path.write_bytes(content)
    with pytest.raises(GatepostError, match=words) as caught:
        list(frames(path))
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"])
def test_pictures_cut_anywhere_give_frames_or_a_sentence(kind):
    data = saved(GREY.convert("RGB"), format=kind)
    for end in range(0, len(data), max(1, len(data) // 60)):
        try:
            list(frames(data[:end]))
        except GatepostError as error:
            assert "picture" in str(error)


def test_missing_files_and_folders(tmp_path):
    with pytest.raises(GatepostError, match="no such file"):
        list(frames(tmp_path / "none.png"))
    with pytest.raises(GatepostError, match="folder"):
        list(frames(tmp_path))


def test_a_bomb_is_refused():
    data = bytearray(saved(Image.new("L", (1, 1)), format="PNG"))
    data[16:24] = struct.pack(">II", 40_000, 40_000)
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    with pytest.raises(GatepostError, match="too large"):
        list(frames(bytes(data)))


def test_folders_give_their_pictures_by_name(tmp_path):
    for name in ("b.png", "a.jpg", "deeper/c.webp"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        GREY.save(path)
    (tmp_path / "notes.txt").write_text("none")
    found = [path.name for path in picture_files([tmp_path, tmp_path / "b.png"])]
    assert found == ["a.jpg", "b.png", "c.webp", "b.png"]
