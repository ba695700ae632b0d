# Unsealing: everything that was this deployment's leaves the flash, secrets first, and the seal last.
#
# A marker is laid down before and taken away after: a cut in between leaves a scanner that goes on wiping when it
# starts. littlefs only forgets where removed bytes were, so they are overwritten too: a file takes all the free
# blocks, and the folder's own log, which holds small files, is rewritten until its old halves have been erased.

from micropython import const

from scanner import durable

_SECRETS = (
    "device.key",
    "reading.keys",
    "tables",
    "journal",
    "trust",
    "policy",
    "revocation",
    "firmware",
    "supervisors.cbor",
    "name",
    "roles",
    "device.pub",
)
_LAST = ("authority.pub", "sealed")
_MARKER = "/wiping"
LOG_ROUNDS = 400  # rewrites of a small file: more than two blocks of 4096 bytes hold
_PIECE = const(4096)


def wipe(root, turn):
    """Bring the flash back to what it is on a blank scanner; seconds to minutes. OSError where flash fails.

    turn(): called all the while, at least once a second.
    """
    durable.replace(root + _MARKER, b"1")
    for name in _SECRETS:
        durable.remove_tree(root + "/" + name)
        turn()
    _overwrite(root, turn)
    for name in _LAST:
        durable.remove(root + "/" + name)
    durable.remove(root + _MARKER)


def unfinished(root):
    """Whether a wipe was cut."""
    return durable.exists(root + _MARKER)


def _overwrite(root, turn):
    path = root + "/wipe.fill"
    piece = bytes(_PIECE)
    try:
        with open(path, "wb") as file:
            while True:
                file.write(piece)
                turn()
    except OSError:
        pass  # the flash is full, which is what was wanted; where it failed instead, what follows says so
    durable.remove(path)
    for i in range(LOG_ROUNDS):
        durable.replace(path, b"%d" % i)
        turn()
    durable.remove(path)
