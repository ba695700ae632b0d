# Bitmap fonts: one file a size, made by tools/make_font.py (its heading gives the layout), read whole at start.
#
# About 90 KB in all, taken in one piece from the large memory of a camera board before anything else: reading each
# glyph from flash when it is needed would cost 0.1 ms a letter and leave small pieces all over the heap.

import os

import framebuf
from micropython import const

_HEAD = const(12)
_RANGE = const(6)
_GLYPH = const(8)
_REPLACEMENT = const(0xFFFD)

_FOLDER = __file__.rpartition("/")[0] + "/fonts/"


class Font:
    """One size of type, or a set of icons. `height` is the distance of two lines in pixels.

    Raises ValueError when the file is damaged: no glyph may reach outside it.
    """

    def __init__(self, name):
        path = _FOLDER + name + ".bin"
        data = bytearray(os.stat(path)[6])  # framebuf draws only from memory that could be written
        with open(path, "rb") as file:
            file.readinto(data)
        self._data = memoryview(data)
        if len(data) < _HEAD or data[:4] != b"GPF1":
            raise ValueError(name + ": not a font")
        self.height = data[4]
        self.baseline = data[5]
        self._ranges = data[6] | data[7] << 8
        self._count = data[8] | data[9] << 8
        self._table = _HEAD + self._ranges * _RANGE
        self._bitmaps = self._table + self._count * _GLYPH
        if self._bitmaps > len(data):
            raise ValueError(name + ": cut short")
        self._first = data[_HEAD] | data[_HEAD + 1] << 8
        self._last = data[_HEAD + 2] | data[_HEAD + 3] << 8
        if not self._ranges or self._first > self._last or self._last - self._first >= self._count:
            raise ValueError(name + ": no such glyphs")
        for at in range(self._table, self._bitmaps, _GLYPH):
            size = (data[at + 2] + 3 >> 2) * data[at + 3]
            if self._bitmaps + (data[at] | data[at + 1] << 8) + size > len(data):
                raise ValueError(name + ": a glyph reaches past the end")

    def _find(self, code):
        # The place of a glyph's row in the file, or 0: binary search among the ranges of code points. The first range
        # is ASCII in a font for text, and most of what is written.
        if self._first <= code <= self._last:
            return self._table + (code - self._first) * _GLYPH
        data = self._data
        low = 1
        high = self._ranges
        while low < high:
            middle = (low + high) >> 1
            at = _HEAD + middle * _RANGE
            if code < data[at] | data[at + 1] << 8:
                high = middle
            elif code > data[at + 2] | data[at + 3] << 8:
                low = middle + 1
            else:
                index = (data[at + 4] | data[at + 5] << 8) + code - (data[at] | data[at + 1] << 8)
                return self._table + index * _GLYPH if index < self._count else 0
        return 0

    def has(self, text):
        """True if every character of `text` has a glyph."""
        return all(self._find(ord(letter)) for letter in text)

    def width(self, text):
        """Width of `text` in pixels, as `draw` would advance."""
        data = self._data
        total = 0
        for letter in text:
            at = self._find(ord(letter)) or self._find(_REPLACEMENT)
            if at:
                total += data[at + 6]
        return total

    def size(self, letter):
        """(width, height) of one glyph's bitmap; for icons."""
        at = self._find(ord(letter))
        return (self._data[at + 2], self._data[at + 3]) if at else (0, 0)

    def draw(self, target, text, x, y, palette, paper):
        """Draw `text` with the corner of its line at (x, y); returns the x behind it.

        `palette`: FrameBuffer of four RGB565 pixels, paper to ink; pixels of colour `paper` are left alone, so that
        a glyph leaning over its neighbour does not wipe it.
        """
        data = self._data
        for letter in text:
            at = self._find(ord(letter)) or self._find(_REPLACEMENT)
            if not at:
                continue
            width = data[at + 2]
            if width:
                height = data[at + 3]
                left = data[at + 4]
                if left > 127:
                    left -= 256
                start = self._bitmaps + (data[at] | data[at + 1] << 8)
                rows = data[start : start + (width + 3 >> 2) * height]
                glyph = framebuf.FrameBuffer(rows, width, height, framebuf.GS2_HMSB)
                target.blit(glyph, x + left, y + data[at + 5], paper, palette)
            x += data[at + 6]
        return x
