# The scanner's own filesystem on ESP32 boards: littlefs in a partition apart from the program's.
#
# The program's filesystem is written when a board is made and hardly ever again; keys, lists and the journal live
# here, so that neither can fill or damage the other.
#
# The stubs are the unix port's:
# pyright: reportMissingImports=false, reportCallIssue=false, reportAttributeAccessIssue=false

import os

import vfs
from esp32 import Partition

LABEL = "gatepost"
ROOT = "/flash"
_EPERM = 1


class Storage:
    """`root` is where it is mounted. Raises OSError where the partition is missing or holds no littlefs."""

    def __init__(self):
        self.root = ROOT
        found = Partition.find(Partition.TYPE_DATA, label=LABEL)
        if not found:
            raise OSError("no partition " + LABEL)
        # Small reads and writes: a key record costs its own bytes and not a block's.
        try:
            vfs.mount(vfs.VfsLfs2(found[0], readsize=16, progsize=16, lookahead=32), ROOT)
        except OSError as error:
            if error.errno != _EPERM:  # main.py has mounted it, to look for a newer firmware
                raise

    def free(self):
        """Bytes left."""
        state = os.statvfs(ROOT)
        return state[0] * state[3]
