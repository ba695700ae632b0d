# The screen as the app knows it: each method draws the whole of it into memory that the board sends to its display.

from scanner.ui import colours, furniture, message_screen, parts_screen, ready_screen, verdict_screen
from scanner.ui.canvas import Canvas


class Screen:
    """`buffer`: width * height * 2 bytes for RGB565 in the processor's byte order, made once by the board.

    `said` lists the strings of the last screen. Nothing of a screen stays in memory after `clear`.
    """

    def __init__(self, buffer, width, height):
        if len(buffer) < width * height * 2:
            raise ValueError("the buffer is smaller than the screen")
        self.buffer = buffer
        self.width = width
        self.height = height
        self.canvas = Canvas(buffer, width, height)

    @property
    def said(self):
        return self.canvas.said

    def ready(self, info):
        """Waiting for a code, or reading one: a `view.ReadyView`."""
        ready_screen.draw(self.canvas, info)

    def verdict(self, view):
        """The verdict: a `view.VerdictView`; or, where it has `progress`, how far a card in several codes is read."""
        (parts_screen if view.progress else verdict_screen).draw(self.canvas, view)

    def tick(self, view):
        """Only the countdown of the verdict on the screen, once a second."""
        if view.progress:
            parts_screen.tick(self.canvas, view)
            return
        paper = colours.VERDICTS[view.verdict]
        furniture.countdown(self.canvas, view.seconds_left, view.seconds_total, colours.ink_on(paper), paper)

    def message(self, title, text):
        """Starting, or anything else that is neither good nor bad."""
        message_screen.draw(self.canvas, title, text)

    def fault(self, title, text):
        """The scanner cannot work: what is wrong and whom to call."""
        message_screen.draw(self.canvas, title, text, "f")

    def clear(self):
        """Black, every pixel and every string: the holder is gone."""
        self.canvas.fill(colours.BLACK)
