# Who may ask for what: the one table of the link's methods.

from scanner.link.messages import LinkError
from scanner.link.roles import AUTHORITY, SUPERVISOR, TECHNICIAN

ANYBODY = None  # also without a session
_EVERYONE = (TECHNICIAN, SUPERVISOR, AUTHORITY)

# fmt: off
RIGHTS = {
    "hello": ANYBODY,
    "ping": ANYBODY,
    "session.open": ANYBODY,
    "session.prove": ANYBODY,
    "session.close": _EVERYONE,
    "provision": ANYBODY,  # refused by itself once there is an authority
    "clock.set": (TECHNICIAN,),
    "bundle.begin": (TECHNICIAN,),
    "bundle.chunk": (TECHNICIAN,),
    "bundle.copy": (TECHNICIAN,),
    "bundle.commit": (TECHNICIAN,),
    "bundle.cancel": (TECHNICIAN,),
    "config.set": (TECHNICIAN,),
    "reading.set": (TECHNICIAN,),
    "seal": (TECHNICIAN,),
    "unseal": (TECHNICIAN, AUTHORITY),
    "journal.head": (SUPERVISOR,),
    "journal.read": (SUPERVISOR,),
    "journal.ack": (SUPERVISOR,),
    "screen.explain": (SUPERVISOR,),
}
# fmt: on


class Gate:
    """Lets a request in or not; `sessions` knows whose token it carries."""

    def __init__(self, sessions):
        self._sessions = sessions

    def tick(self):
        self._sessions.tick()

    def check(self, method, token):
        """LinkError "no_session" or "not_permitted"; a method that the table does not name is nobody's."""
        roles = RIGHTS.get(method, ())
        if roles is ANYBODY:
            return
        role = self._sessions.role_of(token)
        if role is None:
            raise LinkError("no_session", "open a session first")
        if role not in roles:
            raise LinkError("not_permitted", "not for a " + role)
