# What makes a scanner somebody's: provision, config.set, clock.set, seal, unseal.
#
# A blank scanner obeys whoever provisions it first, and from then on its authority alone. The authority's key is
# written last: it is what makes the scanner provisioned, so that a cut before it leaves a blank one.

from scanner import durable, identity, wipe
from scanner.codec import cbor
from scanner.link.messages import LinkError
from scanner.signed import Point

_NAME_LIMIT = 64  # bytes of UTF-8
_MOST_SUPERVISORS = 8  # each costs a key agreement for every segment of the journal


class Provisioning:
    """`app` has root, clock, note(kind, facts), feed(), shut() and reopen()."""

    def __init__(self, app):
        self._app = app

    def table(self):
        return {
            "provision": self._provision,
            "config.set": self._config,
            "clock.set": self._clock,
            "seal": self._seal,
            "unseal": self._unseal,
        }

    def _provision(self, params):
        """{authority, name, supervisors?} -> {device}, on a blank scanner only."""
        root = self._app.root
        if identity.authority(root) is not None:
            raise LinkError("provisioned", "this scanner has an authority")
        authority = params.get("authority")
        _point(authority, "authority")
        name = _name(params.get("name"))
        supervisors = _supervisors(params.get("supervisors", []))
        self._app.shut()
        for kind in ("trust", "policy", "firmware", "journal", "roles", "tables"):
            durable.remove_tree(root + "/" + kind)  # of a provisioning that was cut, or of nobody's
        durable.remove(root + "/reading.keys")
        durable.remove(root + "/device.key")
        point = identity.device_point(root)
        durable.replace(root + "/name", name)
        durable.replace(root + "/supervisors.cbor", cbor.encode(supervisors))
        durable.replace(root + "/authority.pub", authority)
        self._app.reopen()
        self._app.note("config", {"event": "provision", "name": str(name, "utf-8")})
        return {"device": point}

    def _config(self, params):
        """{name?, supervisors?} -> {}."""
        root = self._app.root
        name = _name(params["name"]) if "name" in params else None
        supervisors = _supervisors(params["supervisors"]) if "supervisors" in params else None
        if name is not None:
            durable.replace(root + "/name", name)
            self._app.note("config", {"event": "name", "name": str(name, "utf-8")})
        if supervisors is not None:
            durable.replace(root + "/supervisors.cbor", cbor.encode(supervisors))
            self._app.note("config", {"event": "supervisors"})
            self._app.supervised([each["key"] for each in supervisors])
        return {}

    def _clock(self, params):
        """{now} -> {now, trusted}."""
        now = params.get("now")
        if type(now) is not int or not 0 < now < 1 << 32:
            raise LinkError("bad_parameters", "now")
        clock = self._app.clock
        before = clock.now()
        try:
            clock.set(now)
        except ValueError as error:
            raise LinkError("clock_" + str(error), "the last known time is %d" % clock.floor)
        self._app.note("clock", {"before": before, "after": now})
        return {"now": clock.now(), "trusted": clock.trusted}

    def _seal(self, params):
        """{} -> {}."""
        root = self._app.root
        if not identity.sealed(root):
            identity.device_point(root)
            self._app.note("seal", {"event": "seal"})
            durable.replace(root + "/sealed", b"1")
        return {}

    def _unseal(self, params):
        """{} -> {}, after everything of this deployment has been wiped."""
        self._app.shut()
        wipe.wipe(self._app.root, self._app.feed)
        self._app.reopen()
        self._app.restart = True  # with the board's own firmware, and nothing left in RAM
        return {}


def _point(value, name):
    try:
        Point(value)
    except (ValueError, TypeError):
        raise LinkError("bad_parameters", name)


def _name(value):
    if not isinstance(value, str) or not value.strip() or len(value.encode()) > _NAME_LIMIT:
        raise LinkError("bad_parameters", "name")
    return value.strip().encode()


def _supervisors(value):
    if not isinstance(value, list) or len(value) > _MOST_SUPERVISORS:
        raise LinkError("bad_parameters", "supervisors")
    kept = []
    for each in value:
        if not isinstance(each, dict):
            raise LinkError("bad_parameters", "supervisors")
        _point(each.get("key"), "supervisors")
        kept.append({"name": str(_name(each.get("name")), "utf-8"), "key": each["key"]})
    return kept
