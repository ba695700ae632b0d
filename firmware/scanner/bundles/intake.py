# A bundle on its way in: parts are written behind each other into the new content, and one rename makes it the one
# that counts.
#
# In the folder of its kind lie `manifest` and the content it names, which serve until the end; `next`, the manifest of
# the bundle that is arriving; its content, as far as it came; and `floor`, the highest version that was ever
# activated, so that not even an emptied folder takes an older one. The place where a transfer goes on is the length of
# the new content, so it survives a power cut by itself. Parts that the old content holds are copied, not sent; where
# each part is a file of its own, its file is kept for both.

import os

from micropython import const

from scanner import durable
from scanner.bundles import architecture, content
from scanner.bundles.landing import Landing
from scanner.bundles.manifest import LIMIT, BadManifest, read_manifest

KINDS = ("trust", "policy", "firmware", "revocation")

_COPY = const(16384)  # bytes copied at once: some hundred milliseconds of flash
_RESERVE = const(65536)  # bytes of flash that a bundle must leave


class Refused(Exception):
    """`code` is one of the link's errors."""

    def __init__(self, code, message=""):
        super().__init__(code, message)
        self.code = code
        self.message = message


def folder_of(root, kind):
    return root.rstrip("/") + "/" + kind


def active(root, kind, authority):
    """The Manifest that counts for a kind, or None where there is none or it is not the authority's."""
    signed = durable.read(folder_of(root, kind) + "/manifest", LIMIT + 1)
    if signed is None or authority is None:
        return None
    try:
        return read_manifest(signed, authority, kind)
    except BadManifest:
        return None


class Intake:
    """The transfer of the bundle whose signed manifest is given. BadManifest or Refused where it is not taken.

    root: of the flash; authority: 65 bytes; now: unix seconds, the latest that is known. environment: of the scanner,
    or "" while it has none. copying: whether the old content is sound enough to copy from. keep(kind): names of files
    of the folder that are somebody else's. taken: called when the bundle is accepted, before flash is touched.
    released(manifest): the active content is damaged and is to arrive again: whether nobody has it open any more.
    """

    def __init__(
        self, root, authority, signed, now, environment="", copying=True, keep=None, taken=None, released=None
    ):
        self.manifest = manifest = read_manifest(signed, authority)
        if manifest.kind not in KINDS:
            raise BadManifest("wrong_kind", manifest.kind[:32])
        self.folder = folder_of(root, manifest.kind)
        self.old = active(root, manifest.kind, authority)
        self._keep = keep
        known = self._is_active(signed)
        self._landing = Landing(self.folder, manifest, self.old, known, released)
        self.done = known and self._landing.complete
        if self.done:
            if taken:
                taken()
            self.tidy()  # a cut may have come between its activation and that
            return
        if not known:
            self._admit(now, environment)
        if taken:
            taken()
        self._prepare(signed)
        self._sources = self._find_sources() if copying else {}
        self._landing.begin()

    def _admit(self, now, environment):
        manifest = self.manifest
        highest = max(self.old.version if self.old else 0, self._floor() - 1)
        if manifest.version <= highest:
            raise Refused("downgrade", "version %d or older is active" % highest)
        if environment and manifest.environment != environment:
            raise Refused("wrong_environment", "this scanner is of " + environment)
        own = architecture.mine()
        if not architecture.runs(manifest.architecture, own):
            raise Refused("wrong_architecture", "for %s, and this is %s" % (manifest.architecture[:32], own))
        if manifest.expires is not None and now > manifest.expires:
            raise Refused("expired", "the bundle has expired")

    @property
    def place(self):
        """(part, offset) that is wanted next, or None where all is there."""
        return None if self.done else self._landing.place

    @property
    def durable(self):
        """Bytes of the content that a power cut cannot take away."""
        return self.manifest.size if self.done else self._landing.flushed

    def missing(self):
        """The parts that must be sent, in their order."""
        place = self.place
        if place is None:
            return []
        there = self._landing.parts_kept()
        there.update(self._sources)
        return [number for number in range(place[0], len(self.manifest)) if number not in there]

    def take(self, part, offset, data, flush=True):
        """Write data that starts in a part, and may run on into the next ones, behind what is there; with `flush` it is
        on flash on return. What is there already is no mistake.

        Refused "out_of_order" where something before it is missing, "bad_parameters" where it lies outside.
        """
        starts = self.manifest.starts
        if not 0 <= part < len(self.manifest) or not 0 <= offset <= starts[part + 1] - starts[part]:
            raise Refused("bad_parameters", "outside of the part")
        start = starts[part] + offset
        if start + len(data) > self.manifest.size:
            raise Refused("bad_parameters", "beyond the last part")
        if self.place is not None and start + len(data) > self._landing.length:
            if start > self._landing.length:
                raise Refused("out_of_order", "part %d from %d on is wanted" % self.place)
            self._landing.append(memoryview(data), start)
        if flush:
            self._landing.sync()

    def copy(self):
        """Copy some of what the old content holds, as long as that is what comes next."""
        buffer = memoryview(bytearray(content.PIECE))
        budget = _COPY
        place = self.place
        if place is None or place[0] not in self._sources:
            return
        with open(self.folder + "/" + self.old.content, "rb") as file:
            while budget and place is not None and place[0] in self._sources:
                part, offset = place
                left = min(budget, self.manifest.starts[part + 1] - self.manifest.starts[part] - offset)
                file.seek(self.old.starts[self._sources[part]] + offset)
                count = file.readinto(buffer[: min(left, len(buffer))])
                if not count:
                    self._sources.pop(part)  # the old content is shorter than it should be: have it sent
                    break
                self._landing.append(buffer[:count], self._landing.length)
                budget -= count
                place = self.place
        self._landing.sync()

    def verify(self, check):
        """Hold all parts against their hashes, and let `check(manifest)` say whether they are of use.

        Refused "incomplete", "part_damaged" or "unusable"; what is damaged is thrown away.
        """
        if self.place is not None:
            raise Refused("incomplete", "part %d from %d on is missing" % self.place)
        self.close()
        try:
            self._landing.verify()
        except ValueError as error:
            if not self._landing.apart:
                self.discard()
            raise Refused("part_damaged", str(error))
        try:
            check(self.manifest)
        except (ValueError, OSError) as error:
            raise Refused("unusable", str(error))

    def activate(self):
        """One step: before the rename the old bundle counts, after it the new one. To be called after `verify`."""
        if self.manifest.version > self._floor():
            durable.replace(self.folder + "/floor", b"%d" % self.manifest.version)
        os.rename(self.folder + "/next", self.folder + "/manifest")
        self.done = True

    def tidy(self):
        """Remove what no manifest names any more. Nobody may have it open."""
        self.close()
        names = {"manifest", "floor"}
        names.update([name for name, _, _ in self.manifest.files])
        if self._keep:
            names.update(self._keep(self.manifest.kind))
        if not self.done:
            names.add("next")
            if self.old is not None:
                names.update([name for name, _, _ in self.old.files])
        for entry in list(os.ilistdir(self.folder)):
            if entry[0] not in names:
                os.remove(self.folder + "/" + entry[0])

    def discard(self):
        """Give up: forget what has arrived."""
        self.close()
        durable.remove(self.folder + "/next")
        self._landing.remove()

    def close(self):
        self._landing.close()

    def _is_active(self, signed):
        return self.old is not None and durable.read(self.folder + "/manifest", LIMIT + 1) == signed

    def _prepare(self, signed):
        # Room for the new content: whatever another transfer left goes, then the manifest is laid down.
        durable.make_folder(self.folder)
        known = durable.read(self.folder + "/next", LIMIT + 1) == signed
        self.tidy()
        if not known:
            durable.remove(self.folder + "/next")
            self._landing.remove()
        state = os.statvfs(self.folder)
        needed = self._landing.needed(state[0])
        if not self._landing.complete and state[0] * state[3] < needed + _RESERVE:
            raise Refused("no_space", "%d bytes needed" % needed)
        if not known:
            durable.replace(self.folder + "/next", signed)

    def _floor(self):
        try:
            return int(durable.read(self.folder + "/floor", 16) or 0)
        except ValueError:
            return 0

    def _find_sources(self):
        # Which part of the old content is which of the new; where parts are files, they are kept and not copied.
        sources = {}
        old = self.old
        if old is None or self._landing.apart or self._landing.complete:
            return sources
        if durable.size(self.folder + "/" + old.content) == old.size:
            starts = self.manifest.starts
            for number in range(len(self.manifest)):
                found = old.find(self.manifest.hash(number), starts[number + 1] - starts[number])
                if found >= 0:
                    sources[number] = found
        return sources
