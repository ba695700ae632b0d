# The drawing surface: a framebuf over memory given by the board, with text, icons and rounded boxes on it.
#
# `said` holds the strings of the last screen, for tests and for the screen reader of the simulator. It is emptied
# with the screen: nothing of a holder stays behind.

import array

import framebuf
from micropython import const

from scanner.ui import colours
from scanner.ui.font import Font

_CORNER = const(8)


class Canvas:
    """`buffer`: width * height * 2 bytes of RGB565, in the processor's byte order."""

    def __init__(self, buffer, width, height):
        self.buffer = buffer
        self.width = width
        self.height = height
        self.frame = framebuf.FrameBuffer(buffer, width, height, framebuf.RGB565)
        self.word = Font("word")
        self.large = Font("large")
        self.medium = Font("medium")
        self.small = Font("small")
        self.icons = Font("icons")
        self.said = []
        self._levels = array.array("H", (0, 0, 0, 0))
        self._palette = framebuf.FrameBuffer(self._levels, 4, 1, framebuf.RGB565)

    def fill(self, colour):
        """The whole surface in one colour; forgets what was said."""
        self.said.clear()
        self.frame.fill(colour)

    def box(self, x, y, width, height, colour):
        self.frame.fill_rect(x, y, width, height, colour)

    def rounded(self, x, y, width, height, colour, around):
        """A box whose corners are rounded off in the colour `around` it."""
        self.frame.fill_rect(x, y, width, height, colour)
        right = x + width - _CORNER
        low = y + height - _CORNER
        for icon, left, top in (("1", x, y), ("2", right, y), ("3", x, low), ("4", right, low)):
            self.icon(icon, left, top, around, colour)

    def icon(self, name, x, y, ink, paper):
        self.icons.draw(self.frame, name, x, y, self._blend(ink, paper), paper)

    def text(self, font, text, x, y, ink, paper):
        """One line; returns the x behind it."""
        self.said.append(text)
        return font.draw(self.frame, text, x, y, self._blend(ink, paper), paper)

    def centred(self, font, text, y, ink, paper, left=0, width=None):
        """One line in the middle of a column, by default of the whole surface."""
        if width is None:
            width = self.width
        self.text(font, text, left + (width - font.width(text)) // 2, y, ink, paper)

    def paragraph(self, font, lines, x, y, ink, paper):
        """Lines below each other; returns the y below them."""
        for line in lines:
            self.text(font, line, x, y, ink, paper)
            y += font.height
        return y

    def _blend(self, ink, paper):
        levels = self._levels
        if levels[0] != paper or levels[3] != ink:
            for part in range(4):
                levels[part] = colours.mix(paper, ink, part)
        return self._palette
