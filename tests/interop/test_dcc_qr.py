"""Pictures of real EU certificates' codes, at VGA scale, read on MicroPython: 99 of 100 at least, none wrongly."""

from harness import pictures

_LEAST = 0.99

DECODE = """
from scanner.vision.decoder import Decoder
if "decoder" not in globals():
    decoder = Decoder(640, 480)
result = [s.payload for s in decoder.decode(frame, width, height)]
"""


def test_certificate_pictures_are_read(mp64, corpora):
    missed = []
    wrong = []
    count = 0
    for path, row in pictures.rows(corpora, "dcc-qr"):
        image = pictures.luminance(path)
        expected = row["text"].encode()
        texts = mp64.run(
            DECODE, space="decoder", frame=image.tobytes(), width=image.width, height=image.height
        )
        count += 1
        if expected not in texts:
            missed.append((path.name, image.size, row["version"], row["ec"]))
        wrong += [(path.name, text) for text in texts if text != expected]
    print(f"dcc-qr: {count - len(missed)} of {count} pictures read")
    for name, size, version, level in missed:
        print(f"  not read: {name}, {size[0]} x {size[1]}, version {version}-{level}")
    assert not wrong
    assert count and count - len(missed) >= _LEAST * count


def test_both_widths_read_the_same(mp, corpora):
    """Every twentieth picture, in all that a Symbol tells."""
    source = DECODE.replace(
        "[s.payload for s in decoder.decode(frame, width, height)]", "decoder.decode(frame, width, height)"
    )
    got = []
    for path, _ in list(pictures.rows(corpora, "dcc-qr"))[::20]:
        image = pictures.luminance(path)
        got.append(
            mp.run(source, space="symbols", frame=image.tobytes(), width=image.width, height=image.height)
        )
    assert _SEEN.setdefault("pictures", got) == got


_SEEN: dict[str, object] = {}
