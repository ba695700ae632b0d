# The lists of withdrawn certificates on flash, of every scheme in one store.
#
# In the folder `revocation` below a root lie a signed manifest and each part as a file of its own, so that one more
# withdrawal rewrites one file of many. Part `about` is a CBOR map that says how the runs of shards are cut:
#   revoked   certificates withdrawn whenever they were issued
#   recent    the same, withdrawn since `revoked` was built: a small run, so that the large one can stay as it is
#   dated     withdrawn only where issued before a moment, the row's value (SMART Health Cards)
#   slices    the EU's Bloom filters and hash lists, which name no entries: a part for each signing key whose id
#             `about` names
# A row's key is the start of SHA-256 over scheme, kind, scope and identifier: one store serves all, and two schemes
# cannot meet. Sixty-four bits of it count, so that a certificate that was not withdrawn meets a row of a million once
# in 10^13 look-ups.

from hashlib import sha256

from micropython import const

from scanner import durable, identity
from scanner.bundles.manifest import LIMIT, read_manifest
from scanner.codec import cbor
from scanner.reasons import Refusal
from scanner.trust.revocation_slices import KINDS, Slices
from scanner.trust.revocation_table import Table

RUNS = ("revoked", "recent", "dated")
_DATED = const(2)
_ABOUT_LIMIT = const(4096)
_FORMAT = const(1)
_LABEL = b"gatepost revocation 1\0"


class NoRevocations:
    """In place of a list: `problem` says why there is none."""

    version = 0
    created = 0
    environment = ""
    count = 0

    def __init__(self, problem="no_revocation_list"):
        self.problem = problem

    def holds(self, claims):
        raise Refusal(self.problem)

    def close(self):
        pass


class Revocations:
    """Lists whose manifest is the authority's. version, created, environment: as in the manifest; count: rows."""

    problem = ""

    def __init__(self, manifest, about, files, slices):
        self.version = manifest.version
        self.created = manifest.created
        self.environment = manifest.environment
        self._files = files
        self._tables = []
        for number in range(len(RUNS)):
            row = about.get(RUNS[number])
            if row is None:
                self._tables.append(None)
                continue
            first, last = manifest.span(RUNS[number])
            self._tables.append(Table(number, files[first:last], row["bits"], 4 if number == _DATED else 0))
        self._slices = slices
        if self._tables[0] is None:
            raise ValueError("no run of withdrawn certificates")
        self.count = sum([table.count for table in self._tables if table is not None])

    def holds(self, claims):
        """Whether the certificate was withdrawn. Refusal revocation_list_damaged where that cannot be told."""
        try:
            for kind, digest in claims.revocation_ids:
                if self._holds(key(claims, kind, digest), claims.not_before):
                    return True
            return claims.scheme == "HC1" and self._sliced(claims)
        except (ValueError, OSError) as error:
            raise Refusal("revocation_list_damaged", str(error))

    def close(self):
        """Let go of the files, before they are removed."""
        for file in self._files:
            file.close()
        self._files = []

    def _sliced(self, claims):
        path = self._slices.get(bytes(claims.key.kid))
        if path is None:
            return False
        with open(path, "rb") as file:
            slices = Slices(file)
            return any(kind in KINDS and slices.holds(kind, digest) for kind, digest in claims.revocation_ids)

    def _holds(self, wanted, issued):
        for number in range(len(RUNS)):
            table = self._tables[number]
            found = None if table is None else table.find(wanted)
            # A card that does not say when it was issued cannot be newer than the withdrawal.
            if found is not None and (number != _DATED or issued is None or issued < found):
                return True
        return False


def key(claims, kind, digest):
    """The 8 bytes under which a table holds an identifier of these Claims.

    A RID is its issuer's own word, good under the key that signed; the other kinds are hashes of what is unique.
    """
    scope = bytes(claims.key.kid) if kind == "RID" else b""
    return sha256(_LABEL + claims.scheme.encode() + b"\0" + kind.encode() + b"\0" + scope + digest).digest()[
        :8
    ]


def open_revocations(root):
    """The verified lists under `root`, or a NoRevocations."""
    authority = identity.authority(root)
    folder = root + "/revocation/"
    signed = durable.read(folder + "manifest", LIMIT + 1)
    if authority is None:
        return NoRevocations()
    if signed is None:
        # There was a list, and flash has lost it, unless the first one is just arriving.
        lost = durable.exists(folder + "floor") and not durable.exists(folder + "next")
        return NoRevocations("revocation_list_damaged" if lost else "no_revocation_list")
    try:
        return attach(root, read_manifest(signed, authority, "revocation"))
    except (ValueError, OSError):
        return NoRevocations("revocation_list_damaged")


def attach(root, manifest):
    """The Revocations of a Manifest whose signature is right. ValueError or OSError where its files are not."""
    folder = root.rstrip("/") + "/revocation/"
    names = [name for name, _, _ in manifest.files]
    files = []
    try:
        about = _about(folder + names[0], manifest)
        first, last = manifest.span("slices") if "slices" in about else (len(names), len(names))
        # The runs stay open, for to find a file costs more than a look-up; slices cost more than to be found.
        for number in range(first):
            files.append(open(folder + names[number], "rb"))  # noqa: SIM115
            _check_size(files[number], manifest, number)
        slices = {}
        for number, kid in enumerate(about.get("slices", ())):
            name = names[first + number]
            with open(folder + name, "rb") as file:
                _check_size(file, manifest, first + number)
                if Slices(file).kid != kid:
                    raise ValueError("slices of another key")
            slices[kid] = folder + name
        if len(slices) != last - first or last != len(names):
            raise ValueError("slices of other keys")
        return Revocations(manifest, about, files, slices)
    except (KeyError, TypeError, IndexError):
        _close(files)
        raise ValueError("no lists of withdrawn certificates")
    except (ValueError, OSError) as error:
        _close(files)
        raise error


def _check_size(file, manifest, number):
    if file.seek(0, 2) != manifest.starts[number + 1] - manifest.starts[number]:
        raise ValueError("part of another length")


def _about(path, manifest):
    if manifest.span("about") != (0, 1):
        raise ValueError("lists in several forms")
    with open(path, "rb") as file:
        data = file.read(_ABOUT_LIMIT + 1)
    if len(data) > _ABOUT_LIMIT or sha256(data).digest() != manifest.hash(0):
        raise ValueError("what is said about the lists is damaged")
    about = cbor.decode(data)
    if not isinstance(about, dict) or about.get("format") != _FORMAT:
        raise ValueError("lists in another form")
    return about


def _close(files):
    for file in files:
        file.close()
