# The virtual board's flash: a file with the manners of a NOR chip, and littlefs on it.
#
# Every write goes straight to the file, so that ending the process at any moment (kill -9) leaves what a power cut
# leaves. Like the chip, a block is erased to ones before it is written, and a write that would turn a zero into a one
# is refused: code that forgets the erase fails here and not first on hardware. A cut can be ordered: at the given
# write, half of the bytes reach the file and the process is gone.

import os

import micropython
import vfs
from micropython import const

BLOCK = const(4096)
_COUNT = const(4)
_SIZE = const(5)
_ERASE = const(6)
_EIO = const(5)
_EPERM = const(1)


class FileFlash:
    """A block device with the extended interface (block, buffer, offset). `cut` counts writes and erases down."""

    def __init__(self, path, cut=0):
        self._file = open(path, "r+b")  # noqa: SIM115 - for good
        self._blocks = os.stat(path)[6] // BLOCK
        self._cut = cut
        self._old = bytearray(BLOCK)

    def readblocks(self, block, buffer, offset=0):
        self._file.seek(block * BLOCK + offset)
        if self._file.readinto(buffer) != len(buffer):
            raise OSError(_EIO)

    def writeblocks(self, block, buffer, offset=0):
        length = len(buffer)
        old = memoryview(self._old)[:length]
        self._file.seek(block * BLOCK + offset)
        self._file.readinto(old)
        if _raises_a_bit(old, buffer, length):
            raise OSError(_EIO)
        self._write(block * BLOCK + offset, buffer)

    def ioctl(self, operation, argument):
        if operation == _COUNT:
            return self._blocks
        if operation == _SIZE:
            return BLOCK
        if operation == _ERASE:
            for i in range(BLOCK):
                self._old[i] = 255
            self._write(argument * BLOCK, self._old)
        return 0

    def _write(self, at, data):
        self._file.seek(at)
        if self._cut:
            self._cut -= 1
            if self._cut == 0:
                self._file.write(memoryview(data)[: len(data) // 2])
                os.system("kill -9 $PPID")
        if self._file.write(data) != len(data):
            raise OSError(_EIO)


def mount(path, where, cut=0):
    """Mount the image at `path` on `where`. Raises OSError where it holds no littlefs."""
    # Small reads and writes, as on the boards: a key record costs its own bytes and not a block's.
    device = FileFlash(path, cut)
    system = vfs.VfsLfs2(device, readsize=16, progsize=16, lookahead=32)  # pyright: ignore[reportArgumentType]
    try:
        vfs.mount(system, where)
    except OSError as error:
        if error.errno != _EPERM:  # it is mounted
            raise


@micropython.viper
def _raises_a_bit(old: ptr8, new: ptr8, length: int) -> bool:
    i = 0
    while i < length:
        if new[i] & (old[i] ^ 255):
            return True
        i += 1
    return False
