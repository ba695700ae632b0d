# One piece of memory for whatever lives only during a step of a frame's reading: made once, dealt out anew each time.
#
# A scan needs lists of edges, placing a grid needs patches of the frame, reading a symbol its modules and codewords:
# much, but not at the same time. What a step takes it gives back; what does not fit comes from the heap meanwhile.
#
# A VGA frame needs most for a symbol of version 30 that is read with patience: its grey values, what was decided of
# them, and its mesh. Of larger ones it has the modules once, and then the codewords in place of the mesh.
from array import array

from scanner.vision.wiping import wipe

_TOKEN = 4  # what a buffer of the heap takes of the room, so that there is an order between them
PATIENT = 137 * 137  # modules, of version 30
SIZE = 2 * (PATIENT + 3) + 8 * 18 * 18


class Room:
    """`at` is how much is taken."""

    def __init__(self, size=0):
        self._bytes = bytearray(size)
        self._view = memoryview(self._bytes)
        self._heap = []  # (at, buffer) of what did not fit
        self._end = size
        self.at = 0

    def take(self, count):
        """A buffer of `count` bytes, holding anything; in steps of four, for arrays of wider numbers."""
        at = self.at
        end = at + count
        if end <= self._end:
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

    def hold(self, count):
        """The room's last bytes, a multiple of four, which are not dealt out until others are held instead."""
        if count > len(self._bytes):
            return memoryview(bytearray(count))
        self._end = len(self._bytes) - count
        return self._view[self._end :]

    def forget(self):
        """Leave nothing in it."""
        self.back(0)
        wipe(self._bytes)


def numbers(typecode, count):
    """An array of that many numbers, no matter which: made of a tuple it would leave a hole as large beside it."""
    return array(typecode, range(count))
