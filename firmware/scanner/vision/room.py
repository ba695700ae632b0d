# One piece of memory for whatever lives only during a step of a frame's reading: made once, dealt out anew each time.
#
# A scan needs lists of edges, placing a grid needs patches of the frame, reading a symbol its modules and codewords:
# much, but not at the same time. What a step takes it gives back; what does not fit, of symbols larger or frames finer
# than the room is made for, comes from the heap meanwhile.
from scanner.vision.wiping import wipe

_TOKEN = 4  # what a buffer of the heap takes of the room, so that there is an order between them
MODULES = 141 * 141  # of version 31, the largest symbol that a VGA frame's budget lets be read with patience
SIZE = 2 * MODULES + 2  # their grey values and what was decided of them, each a multiple of four


class Room:
    """`at` is how much is taken."""

    def __init__(self, size=0):
        self._bytes = bytearray(size)
        self._view = memoryview(self._bytes)
        self._heap = []  # (at, buffer) of what did not fit
        self.at = 0

    def take(self, count):
        """A buffer of `count` bytes, holding anything; in steps of four, for arrays of wider numbers."""
        at = self.at
        end = at + count
        if end <= len(self._bytes):
            self.at = (end + 3) // 4 * 4
            return self._view[at:end]
        buffer = bytearray(count)
        self._heap.append((at, buffer))
        self.at = at + _TOKEN
        return buffer

    def back(self, at):
        """Give back all that was taken since `at` was what it says."""
        self.at = at
        while self._heap and self._heap[-1][0] >= at:
            wipe(self._heap.pop()[1])

    def first(self, count):
        """The room's first bytes, whatever they hold: for a step that has them to itself."""
        return self._view[:count] if count <= len(self._bytes) else memoryview(bytearray(count))

    def forget(self):
        """Leave nothing in it."""
        self.back(0)
        wipe(self._bytes)
