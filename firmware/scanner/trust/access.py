# The trust list as the application holds it: the one on flash, or a stand-in that says why there is none.

from scanner.reasons import Refusal
from scanner.trust.store import open_store


class NoList:
    """In place of a list: every look-up is refused with the reason."""

    version = 0
    created = 0
    environment = ""

    def __init__(self, problem):
        self.problem = problem
        self.tables = None
        self.reading = None
        self.revocations = None

    def find(self, kid, issuer=None):
        raise Refusal(self.problem)

    def with_tables(self, tables):
        self.tables = tables
        return self

    def with_revocations(self, revocations):
        """This list, beside it the Revocations that go with it."""
        self.revocations = revocations
        return self

    def close(self):
        pass


def open_trust(root):
    """The verified list under `root`, or a NoList."""
    try:
        with open(root + "/authority.pub", "rb") as file:
            authority = file.read()
    except OSError:
        return NoList("no_trust_list")
    try:
        return open_store(root, authority)
    except Refusal as refusal:
        return NoList(refusal.code)
