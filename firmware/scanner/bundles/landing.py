# Where a bundle's content arrives: the files it makes on flash, as far as they have come.
#
# They are filled in their order, each behind what it holds already, so that the place where a transfer goes on is read
# off their lengths. A file that the old bundle names too is kept, and nothing of it is sent.

import os

from scanner import durable
from scanner.bundles import content


class Landing:
    """In `folder`, of the Manifest `manifest`; `old`: the one that counts, or None. sure: read what is kept, for flash
    forgets. released(manifest): the active content is damaged; whether nobody has it open any more."""

    def __init__(self, folder, manifest, old, sure, released):
        self._folder = folder
        self._manifest = manifest
        self._old = old
        self._released = released
        self._files = manifest.files
        self._file = None
        self._part = 0
        self._at = 0  # the file that is arriving
        # Bytes that are there without a gap, and that no power cut can take away.
        self.length = self.flushed = 0
        self.kept = self._find_kept(sure)

    @property
    def apart(self):
        """Whether parts are files of their own."""
        return len(self._files) > 1

    @property
    def complete(self):
        """Whether every file was there before."""
        return len(self.kept) == len(self._files)

    @property
    def place(self):
        """(part, offset) that is wanted next, or None where all is there."""
        if self.length >= self._manifest.size:
            return None
        starts = self._manifest.starts
        if starts[self._part] > self.length:
            self._part = 0
        while starts[self._part + 1] <= self.length:
            self._part += 1
        return self._part, self.length - starts[self._part]

    def parts_kept(self):
        """The numbers of the parts that need not come."""
        found = set()
        for number in self.kept:
            found.update(range(self._files[number][1], self._files[number][2]))
        return found

    def begin(self):
        """Find the place; to be called when what does not belong here is gone."""
        self._at = 0
        self._find_place()
        self.flushed = self.length

    def needed(self, block):
        """Bytes of flash that are missing to the end, in whole blocks."""
        total = 0
        for number, (name, first, last) in enumerate(self._files):
            if number not in self.kept:
                missing = max(0, self._size(first, last) - (durable.size(self._path(name)) or 0))
                total += (missing + block - 1) // block * block
        return total

    def append(self, data, start):
        """Write what of `data`, which starts at the content's byte `start`, lies behind the place."""
        end = start + len(data)
        while self.length < end:
            name, _, last = self._files[self._at]
            stop = self._manifest.starts[last]
            if self._file is None:
                self._file = open(self._path(name), "ab")  # noqa: SIM115 - open over many chunks
            piece = data[self.length - start : min(end, stop) - start]
            self._file.write(piece)
            self.length += len(piece)
            if self.length == stop:
                self.close()
                self._at += 1
                self._find_place()
                self.flushed = self.length

    def sync(self):
        """Bring it to flash. Each flush costs an erase and the copy of a block that is not full yet."""
        if self._file is not None and self.flushed != self.length:
            self._file.flush()
            self.flushed = self.length

    def close(self):
        """Let go of the file that is being written."""
        file, self._file = self._file, None
        if file is not None:
            file.close()
            self.flushed = self.length

    def verify(self):
        """Hold all parts against their hashes. ValueError for damage; a file that has it is gone then, where parts are
        files of their own, though the old bundle may have it too."""
        for number, (name, first, last) in enumerate(self._files):
            try:
                with open(self._path(name), "rb") as file:
                    content.verify(file, self._manifest, first, last)
            except (ValueError, OSError) as error:
                if self.apart and (number not in self.kept or self._release()):
                    durable.remove(self._path(name))
                raise ValueError(str(error))

    def remove(self):
        """Take away what has arrived, perhaps of another bundle with the same parts."""
        for number, (name, _, _) in enumerate(self._files):
            if number not in self.kept:
                durable.remove(self._path(name))
        self._at = self.length = self.flushed = 0

    def _find_kept(self, sure):
        if self._old is None:
            return set()
        there = {name for name, _, _ in self._old.files}
        kept = set()
        for number, (name, first, last) in enumerate(self._files):
            # One that is damaged and cannot be let go of stays as it is.
            if name in there and (self._is_whole(name, first, last, sure) or not self._release()):
                kept.add(number)
        return kept

    def _release(self):
        return bool(self._released and self._released(self._old))

    def _is_whole(self, name, first, last, sure):
        # Parts that are files are read when the bundle is verified; before that, their length must do.
        try:
            if sure or not self.apart:
                with open(self._path(name), "rb") as file:
                    content.verify(file, self._manifest, first, last)
            return os.stat(self._path(name))[6] == self._size(first, last)
        except (OSError, ValueError):
            return False

    def _find_place(self):
        # Past the files that are kept or complete.
        starts = self._manifest.starts
        while self._at < len(self._files):
            name, first, last = self._files[self._at]
            if self._at not in self.kept:
                here = durable.size(self._path(name)) or 0
                if here < self._size(first, last):
                    self.length = starts[first] + here
                    return
            self._at += 1
        self.length = self._manifest.size

    def _size(self, first, last):
        return self._manifest.starts[last] - self._manifest.starts[first]

    def _path(self, name):
        return self._folder + "/" + name
