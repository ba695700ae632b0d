# What the scanner says about itself: on the waiting screen, and to whoever is on the cable.

import gc

from scanner.link import frames, messages
from scanner.rules.policy import DEFAULT
from scanner.trust.access import NoList
from scanner.ui import dates
from scanner.ui.view import ReadyView
from scanner.version import VERSION

_DAY = 86400


def methods(app):
    """The link's methods that need no session: {name: function of params}."""
    return {"hello": lambda params: hello(app), "ping": lambda params: {}}


def hello(app):
    """Who this is and how it is: the first answer on every cable."""
    board = app.board
    return {
        "protocol": list(messages.PROTOCOL),
        "max_message": frames.MAX_MESSAGE,
        "firmware": VERSION,
        "board": board.name,
        "name": scanner_name(board.storage.root),
        "trust": trust_state(app.trust),
        "clock": {"now": int(board.clock.now()), "trusted": bool(board.clock.trusted)},
        "free": {"flash": board.storage.free(), "heap": gc.mem_free()},
        "link": app.link.counters(),
    }


def trust_state(trust):
    """The list's version and age, or what is wrong with it."""
    if isinstance(trust, NoList):
        return {"problem": trust.problem}
    return {"version": trust.version, "created": trust.created, "environment": trust.environment}


def scanner_name(root):
    """What its owners call this scanner: the file `name` on flash, if there is one."""
    try:
        with open(root + "/name") as file:
            return file.read(64).strip()
    except (OSError, UnicodeError):
        return ""


def ready_view(app, reading):
    """The waiting screen: how fresh the list is and what the time is, so that the guard sees both are right."""
    clock = app.board.clock
    now = int(clock.now())
    view = ReadyView()
    view.clock = dates.moment(now)
    view.clock_trusted = clock.trusted
    view.reading = reading
    if not isinstance(app.trust, NoList):
        view.environment = app.trust.environment
        view.list_version = str(app.trust.version)
        view.list_age = max(0, (now - app.trust.created) // _DAY)
        view.list_state = DEFAULT.list_state(app.trust.created, now)
    return view
