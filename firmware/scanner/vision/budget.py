# How much work one frame may still cost: a plain count, so that the same frame is given up at the same place
# everywhere.
#
# `left` is in thousands of instructions of a Cortex-M3, as measured there (tests/bench/mcu.py) or estimated. Whoever
# does work takes its usual cost off `left`, before or after doing it, and begins nothing while `left` is not above
# zero. Time would be the wrong measure: it differs from run to run, and a frame read once could then fail.
from micropython import const

MOST = const(57500)  # of a VGA frame from which nothing can be read; the last step begun may exceed it


_VGA = const(640 * 480)


class Budget:
    def __init__(self):
        self.left = 0
        self._pixels = _VGA

    def renew(self, pixels):
        """A new frame begins. Those larger than VGA get more in proportion."""
        self._pixels = max(_VGA, pixels)
        self.left = self.share(MOST)

    def share(self, work):
        """What a frame of this size gets where a VGA frame gets `work`."""
        return work * (self._pixels >> 10) // (_VGA >> 10)
