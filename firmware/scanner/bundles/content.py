# A bundle's content on flash: parts joined in a file. Nothing of a part is believed before its whole hash is right.

from hashlib import sha256

from micropython import const

PIECE = const(1024)  # bytes read at once


def verify(file, manifest, first=0, last=None):
    """Read `file` from its start and hold its parts against their hashes; ValueError names the first that fails.

    Its parts are all of the manifest's, or those from `first` until before `last`.
    """
    buffer = memoryview(bytearray(PIECE))
    file.seek(0)
    for number in range(first, len(manifest) if last is None else last):
        size = manifest.starts[number + 1] - manifest.starts[number]
        if digest(file, size, buffer) != manifest.hash(number):
            raise ValueError("part %d does not match its hash" % number)
    if file.read(1):
        raise ValueError("bytes after the last part")


def digest(file, size, buffer):
    """The SHA-256 of the next `size` bytes of `file`, read through `buffer`; ValueError where they end early."""
    return partial(file, size, buffer).digest()


def partial(file, size, buffer):
    """The running SHA-256 object over the next `size` bytes."""
    running = sha256()
    while size:
        count = file.readinto(buffer[: min(size, len(buffer))])
        if not count:
            raise ValueError("content cut short")
        running.update(buffer[:count])
        size -= count
    return running
