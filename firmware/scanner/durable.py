# Small files that a power cut leaves old or new, never between.
#
# littlefs makes a rename one atomic step, and a file's new content appears when it is closed: so the new content is
# written beside the old one and takes its place at once.

import os

_BESIDE = ".new"


def replace(path, data):
    """Make `data` (bytes) the content of the file at `path`; it is on flash on return. OSError where flash fails."""
    with open(path + _BESIDE, "wb") as file:
        file.write(data)
    os.rename(path + _BESIDE, path)


def read(path, limit):
    """At most `limit` bytes of the file at `path`, or None where there is none."""
    try:
        with open(path, "rb") as file:
            return file.read(limit)
    except OSError:
        return None


def exists(path):
    """Whether there is a file or folder at `path`."""
    return size(path) is not None


def size(path):
    """The bytes of the file at `path`, or None where there is none."""
    try:
        return os.stat(path)[6]
    except OSError:
        return None


def remove(path):
    """Take the file away, if it is there. OSError where flash fails."""
    if exists(path):
        os.remove(path)


def make_folder(path):
    """Make a folder, unless it is there."""
    if not exists(path):
        os.mkdir(path)


def remove_tree(path):
    """Take a folder away with all that it holds, or a file; nothing happens where there is none."""
    if not exists(path):
        return
    if os.stat(path)[0] & 0x4000:
        for entry in os.ilistdir(path):
            remove_tree(path + "/" + entry[0])
        os.rmdir(path)
    else:
        os.remove(path)
