# bundle.*: what the cable asks of a bundle's intake.
#
#   begin {manifest, offset?, size?}   -> {have} until the manifest is whole, then the state with missing and resume
#   chunk {part, offset, data, more?}  -> state; asked twice it is no mistake. Unless `more` follows it is on flash then
#   copy {}                            -> state; the scanner copied some of what it has from the old bundle
#   commit {}                          -> {kind, version}; verified and active
#   cancel {}                          -> {}; what has arrived is forgotten
#
# The state is {active, next: [part, offset] or null, durable}: what is wanted next, and how many bytes of the content a
# power cut cannot take away. A manifest may be longer than a message, so it comes in pieces.

from micropython import const

from scanner import identity
from scanner.bundles import intake
from scanner.bundles.manifest import LIMIT, BadManifest
from scanner.link.messages import LinkError

CHUNK = const(3840)  # bytes of data that fit in a message with all around them


class BundleMethods:
    """`app` has root, clock, trust, check(manifest), keep(kind), release(manifest), activating(intake) and
    activated(intake)."""

    def __init__(self, app):
        self._app = app
        self._signed = None
        self._filled = 0
        self._intake = None
        self._distrusted = False  # the old content gave bytes that do not match their hash

    def table(self):
        return {
            "bundle.begin": self._begin,
            "bundle.chunk": self._chunk,
            "bundle.copy": self._copy,
            "bundle.commit": self._commit,
            "bundle.cancel": self._cancel,
        }

    def drop(self):
        """Let go of the transfer's file; what has arrived stays for a later one."""
        current, self._intake = self._intake, None
        if current is not None:
            current.close()

    def _begin(self, params):
        piece = _bytes(params, "manifest")
        offset = params.get("offset", 0)
        size = params.get("size", len(piece))
        if type(offset) is not int or type(size) is not int or not 0 < size <= LIMIT:
            raise LinkError("bad_parameters", "size")
        if offset == 0:
            self._signed = bytearray(size)
            self._filled = 0
        if self._signed is None or len(self._signed) != size or not 0 <= offset <= self._filled:
            raise LinkError("out_of_order", "the manifest begins at 0")
        if offset + len(piece) > size:
            raise LinkError("bad_parameters", "manifest")
        self._signed[offset : offset + len(piece)] = piece
        self._filled = max(self._filled, offset + len(piece))
        if self._filled < size:
            return {"have": self._filled}
        signed, self._signed = bytes(self._signed), None
        return self._open(signed)

    def _open(self, signed):
        app = self._app
        authority = identity.authority(app.root)
        if authority is None:
            raise LinkError("not_provisioned")
        current = _told(
            lambda: intake.Intake(
                app.root,
                authority,
                signed,
                app.clock.best(),
                app.trust.environment,
                not self._distrusted,
                app.keep,
                self.drop,  # the transfer so far goes on until another one is accepted
                app.release,
            )
        )
        self._intake = current
        state = _state(current)
        state["chunk"] = CHUNK
        state["missing"] = current.missing()
        state["resume"] = {}
        if state["next"] and state["next"][1]:
            state["resume"][state["next"][0]] = state["next"][1]
        return state

    def _chunk(self, params):
        current = self._current()
        data = _bytes(params, "data")
        part, offset = params.get("part"), params.get("offset")
        if type(part) is not int or type(offset) is not int:
            raise LinkError("bad_parameters", "part, offset")
        flush = not params.get("more")
        _told(lambda: current.take(part, offset, data, flush))
        return _state(current)

    def _copy(self, params):
        current = self._current()
        _told(current.copy)
        return _state(current)

    def _commit(self, params):
        current = self._current()
        kind = current.manifest.kind
        answer = {"kind": kind, "version": current.manifest.version}
        if current.done:  # asked again, because the answer was lost
            return answer
        try:
            _told(lambda: current.verify(self._app.check))
        except LinkError as error:
            self._distrusted = error.code == "part_damaged"
            if self._distrusted:
                self._intake = None
            raise
        self._app.activating(current)
        current.activate()
        self._distrusted = False
        self._app.activated(current)
        return answer

    def _cancel(self, params):
        if self._intake is not None and not self._intake.done:
            self._intake.discard()
        self.drop()
        return {}

    def _current(self):
        if self._intake is None:
            raise LinkError("no_transfer", "begin first")
        return self._intake


def _state(current):
    place = current.place
    return {"active": current.done, "next": list(place) if place else None, "durable": current.durable}


def _told(step):
    # What a lower room refuses, in the link's words.
    try:
        return step()
    except intake.Refused as refused:
        raise LinkError(refused.code, refused.message)
    except BadManifest as bad:
        raise LinkError(bad.code, str(bad))


def _bytes(params, name):
    value = params.get(name)
    if not isinstance(value, bytes):
        raise LinkError("bad_parameters", name)
    return value
