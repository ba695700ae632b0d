# The parts of a bundle as a filesystem that can only be read: each part is the file that its name says.
#
# So a firmware runs from the one file in which its parts arrived and were verified; nothing is unpacked, and there is
# no second copy that a power cut could leave half written. A file that is opened comes into RAM whole: a module does
# that anyway when it is compiled or loaded.

import io

from micropython import const

_FOLDER = const(0x4000)
_FILE = const(0x8000)
_ENOENT = const(2)
_EROFS = const(30)


class PartsFs:
    """To be mounted by vfs.mount. `file`: the content, open for reading; `manifest`: of the same bundle."""

    def __init__(self, file, manifest):
        self._file = file
        self.name = manifest.content
        self._places = {}
        self._folders = {""}
        starts = manifest.starts
        for name, first, last in manifest.names:
            self._places[name] = starts[first], starts[last] - starts[first]
            folder = name.rpartition("/")[0]
            while folder:
                self._folders.add(folder)
                folder = folder.rpartition("/")[0]

    def mount(self, readonly, mkfs):
        pass

    def umount(self):
        pass

    def chdir(self, path):
        pass

    def getcwd(self):
        return "/"

    def stat(self, path):
        """Like os.stat; OSError where there is nothing."""
        path = path.strip("/")
        if path in self._folders:
            return _FOLDER, 0, 0, 0, 0, 0, 0, 0, 0, 0
        return _FILE, 0, 0, 0, 0, 0, self._place(path)[1], 0, 0, 0

    def open(self, path, mode):
        """The part as a stream in RAM."""
        if "w" in mode or "a" in mode or "+" in mode:
            raise OSError(_EROFS)
        start, size = self._place(path.strip("/"))
        self._file.seek(start)
        data = self._file.read(size)
        return io.BytesIO(data) if "b" in mode else io.StringIO(str(data, "utf-8"))

    def _place(self, path):
        if path not in self._places:
            raise OSError(_ENOENT)
        return self._places[path]
