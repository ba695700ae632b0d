# A session: somebody shows a role certificate and signs a fresh challenge with its key; until it ends, the methods of
# that role are open to who holds the session's token.
#
# The signature covers the challenge, this scanner's public key and the certificate, so it opens this scanner once and
# no other. One session at a time, in RAM: a restart, a while of silence or a new session ends it. The token keeps
# frames of an ended session, and of whoever plugs in next, from counting as this one's.

import os
from hashlib import sha256
from time import ticks_diff, ticks_ms

from micropython import const

from scanner import identity
from scanner.crypto import p256
from scanner.link.backoff import Backoff
from scanner.link.messages import LinkError
from scanner.link.roles import Role

CONTEXT = b"gatepost session 1"
_CHALLENGE = const(32)
_TOKEN = const(8)
_IDLE_S = const(120)  # without a request, a session ends
_LONGEST_S = const(3600)  # and in any case
_PROVE_S = const(30)  # a challenge waits so long for its answer


class Sessions:
    """root: of the flash; clock: scanner.clock; note(kind, facts): where events are recorded."""

    def __init__(self, root, clock, note):
        self._root = root
        self._clock = clock
        self._note = note
        self._backoff = Backoff(root + "/roles")
        self._pending = None  # (Role, certificate's hash, challenge)
        self._asked = 0
        self._role = None
        self._token = b""
        self._began = self._used = 0

    def open(self, params):
        """session.open {certificate} -> {challenge, device}."""
        certificate = params.get("certificate")
        if not isinstance(certificate, bytes):
            raise LinkError("bad_parameters", "certificate")
        authority = identity.authority(self._root)
        if authority is None:
            raise LinkError("not_provisioned")
        left = self._backoff.left()
        if left:
            raise LinkError("wait", "%d" % left)
        self._pending = None
        try:
            role = Role(certificate)
        except ValueError as error:
            raise LinkError("bad_certificate", str(error))
        self._backoff.attempt()
        if not role.is_by(authority):
            self._failed("bad_signature", role)
            raise LinkError("bad_signature", "the certificate is not by this scanner's authority")
        # With a doubtful clock a technician must still come in, to set it: then only what is surely over is refused.
        if self._clock.best() > role.not_after:
            raise LinkError("expired", "the certificate has expired")
        if self._clock.trusted and self._clock.now() < role.not_before:
            raise LinkError("not_yet_valid", "the certificate is not valid yet")
        challenge = os.urandom(_CHALLENGE)
        self._pending = role, sha256(certificate).digest(), challenge
        self._asked = ticks_ms()
        return {"challenge": challenge, "device": identity.device_point(self._root)}

    def prove(self, params):
        """session.prove {signature} -> {role, expires_in (seconds), token}."""
        signature = params.get("signature")
        if not isinstance(signature, bytes) or len(signature) != 64:
            raise LinkError("bad_parameters", "signature")
        pending, self._pending = self._pending, None  # one answer to a challenge
        if pending is None or ticks_diff(ticks_ms(), self._asked) > _PROVE_S * 1000:
            raise LinkError("no_session", "open one first")
        role, hashed, challenge = pending
        digest = sha256(CONTEXT + challenge + identity.device_point(self._root) + hashed).digest()
        if not p256.verify(role.key.x, role.key.y, digest, signature):
            self._failed("bad_proof", role)
            raise LinkError("bad_signature", "the key is not the certificate's")
        self._backoff.clear()
        self._role = role
        self._token = os.urandom(_TOKEN)
        self._began = self._used = ticks_ms()
        self._note("session", {"event": "open", "role": role.role, "name": role.name, "serial": role.serial})
        return {"role": role.role, "name": role.name, "expires_in": _IDLE_S, "token": self._token}

    def close(self, params=None):
        """session.close {} -> {}."""
        if self._role is not None:
            self._end(self._role, "close")
        return {}

    def tick(self):
        """To be called often: ends what has lasted too long."""
        if self._role is not None:
            now = ticks_ms()
            if ticks_diff(now, self._used) > _IDLE_S * 1000:
                self._end(self._role, "idle")
            elif ticks_diff(now, self._began) > _LONGEST_S * 1000:
                self._end(self._role, "over")
        elif self._pending is not None and ticks_diff(ticks_ms(), self._asked) > _PROVE_S * 1000:
            self._pending = None

    @property
    def open_now(self):
        """Whether there is a session, or one is being opened."""
        return self._role is not None or self._pending is not None

    def role_of(self, token):
        """The role of whoever sends this token, or None."""
        self.tick()
        if self._role is None or token != self._token:
            return None
        self._used = ticks_ms()
        return self._role.role

    def _end(self, role, event):
        self._role = None
        self._token = b""
        self._note("session", {"event": event, "role": role.role, "serial": role.serial})

    def _failed(self, event, role):
        self._note("tamper", {"event": event, "role": role.role, "serial": role.serial})
