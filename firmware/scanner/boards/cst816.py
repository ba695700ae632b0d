# CST816 touch controllers as a button: whether a finger is on the glass.
#
# The chip falls asleep by itself and then does not answer on the bus at all until it is touched; a missing answer is
# therefore nothing, not a fault. Each time it answers anew it is told to stay awake.

from micropython import const

ADDRESS = const(0x15)
_FINGERS = const(0x02)
_STAY_AWAKE = const(0xFE)


class Touch:
    """`i2c`: the bus it is on."""

    def __init__(self, i2c):
        self._i2c = i2c
        self._count = bytearray(1)
        self._awake = False

    def touched(self):
        """Whether a finger is on the glass now."""
        try:
            if not self._awake:
                self._i2c.writeto_mem(ADDRESS, _STAY_AWAKE, b"\x01")
                self._awake = True
            self._i2c.readfrom_mem_into(ADDRESS, _FINGERS, self._count)
        except OSError:
            self._awake = False
            return False
        return 0 < self._count[0] < 6  # 255 is a chip that has only just woken up
