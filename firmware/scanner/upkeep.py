# What changes a scanner while it runs: another bundle, a new owner, another clock, the end of a deployment.
#
# The methods of the link do their work on flash; here stands what follows from it in RAM: the trust list is opened
# again, the journal too, and each change becomes a record.

from micropython import const

from scanner import identity, slots, wipe
from scanner.bundles import intake
from scanner.clock import Clock
from scanner.journal.access import NoJournal, open_journal
from scanner.journal.recorder import Recorder
from scanner.link.bundle_methods import BundleMethods
from scanner.link.journal_methods import JournalMethods
from scanner.link.key_delivery import KeyDelivery
from scanner.link.provisioning import Provisioning
from scanner.link.rights import Gate
from scanner.link.session import Sessions
from scanner.reasons import Refusal
from scanner.rules import policy_store
from scanner.rules.policy import Policy
from scanner.trust import revocations
from scanner.trust.access import NoList, open_trust
from scanner.trust.key_tables import open_tables
from scanner.trust.store import attach, open_keys
from scanner.version import VERSION

_PROVEN = const(50)  # turns without a fault after which a firmware on trial is confirmed
_NEEDED = ("scanner/boards/find", "scanner/load", "scanner/app")  # what main.py imports


class Upkeep:
    """What a scanner holds of its flash: clock, trust, revocations, policy, recorder, bundles. `board`: one of
    scanner.boards."""

    def __init__(self, board):
        self.root = board.storage.root
        self._watchdog = getattr(board, "watchdog", None)
        self._guarded = wipe.unfinished(self.root)  # main.py has started the watchdog for that too
        self.clock = Clock(board.clock, self.root)
        self.restart = False  # whether another firmware waits for the next start
        self._rests = 0
        if wipe.unfinished(self.root):
            wipe.wipe(self.root, self.feed)
        self._open()
        self.recorder.start(
            firmware=VERSION, version=self.trust.version or None, environment=self.trust.environment or None
        )
        self.runs = slots.state(self.root, identity.authority(self.root))
        self._sessions = Sessions(self.root, self.clock, self.note)
        self._bundles = BundleMethods(self)
        self.gate = Gate(self._sessions)

    def methods(self):
        """The link's methods that change something, with those of sessions."""
        table = {
            "session.open": self._sessions.open,
            "session.prove": self._sessions.prove,
            "session.close": self._sessions.close,
        }
        for room in (self._bundles, Provisioning(self), KeyDelivery(self), JournalMethods(self)):
            table.update(room.table())
        return table

    def policy_for(self, trust):
        """The policy; one of another environment than the list's is none."""
        policy = self.policy
        if policy.environment and trust.environment and policy.environment != trust.environment:
            return Policy(problem="policy_damaged")
        return policy

    def note(self, kind, facts):
        """Record an event."""
        self.recorder.event(kind, facts)

    @property
    def in_session(self):
        """Whether somebody on the cable is at work."""
        return self._sessions.open_now

    def feed(self):
        """Tell the watchdog that all is well, on a scanner that is or was somebody's."""
        if self._guarded and self._watchdog is not None:
            self._watchdog.feed()

    def rest(self, waited_for=False):
        """In a turn that has nothing else to do. waited_for: somebody may be holding up a code."""
        if self.trust.tables is not None and not waited_for:
            self.trust.tables.rest()
        self.recorder.rest()
        try:
            self.clock.keep()
            self._rests += 1
            if self._rests == _PROVEN:
                slots.confirm(self.root)
                self.runs = slots.state(self.root, identity.authority(self.root))
        except OSError:
            self.recorder.faults += 1

    def trusted(self):
        """The trust list, beside it the lists of withdrawn certificates; those of another environment are no use."""
        trust, found = self.trust, self.revocations
        if found.environment and trust.environment and found.environment != trust.environment:
            found = revocations.NoRevocations("revocation_list_damaged")
        return trust.with_revocations(found)

    def check(self, manifest):
        """Whether a bundle's content, its hashes verified, is of use. ValueError or OSError where it is not."""
        if manifest.kind == "revocation":
            revocations.attach(self.root, manifest).close()
        elif manifest.kind == "trust":
            with self._content(manifest) as file:
                open_keys(manifest, file)
        elif manifest.kind == "policy":
            with self._content(manifest) as file:
                policy_store.attach(manifest, file)
        elif manifest.kind == "firmware":
            names = [name for name, _, _ in manifest.names]
            if not manifest.architecture and [name for name in names if name.endswith(".mpy")]:
                raise ValueError("compiled firmware that names no architecture")
            for module in _NEEDED:
                if module + ".py" not in names and module + ".mpy" not in names:
                    raise ValueError("firmware without " + module)

    def keep(self, kind):
        """Names of files in a bundle's folder that the bundles there do not name."""
        if kind == "firmware":
            return slots.keep(intake.folder_of(self.root, kind), identity.authority(self.root))
        return ()

    def release(self, manifest):
        """Let go of an active bundle's content, which is damaged; whether that can be done."""
        if manifest.kind == "trust":
            self.trust.close()
            self.trust = NoList("trust_list_damaged").with_tables(self.trust.tables)
        elif manifest.kind == "revocation":
            self.revocations.close()
            self.revocations = revocations.NoRevocations("revocation_list_damaged")
        return manifest.kind != "firmware" or slots.running() != manifest.content

    def activating(self, transfer):
        """A bundle, verified, is about to become the one that counts."""
        if transfer.manifest.kind == "firmware":
            slots.stage(transfer.folder, transfer.manifest, identity.authority(self.root))

    def activated(self, transfer):
        """A bundle has just become the one that counts."""
        manifest = transfer.manifest
        if manifest.kind == "trust":
            tables = self.trust.tables
            self.trust.close()
            try:
                self.trust = attach(self.root, manifest, True).with_tables(tables)
            except Refusal:
                self.trust = open_trust(self.root).with_tables(tables)
            self.clock.not_before(self.trust.created)
        elif manifest.kind == "revocation":
            self.revocations.close()
            self.revocations = revocations.open_revocations(self.root)
            self.clock.not_before(self.revocations.created)
        elif manifest.kind == "policy":
            self.policy = policy_store.open_policy(self.root)
        elif manifest.kind == "firmware":
            self.restart = True
        self.versions[manifest.kind] = _summary(manifest)
        self.note(
            "bundle",
            {"event": manifest.kind, "version": manifest.version, "environment": manifest.environment},
        )
        transfer.tidy()

    def supervised(self, points):
        """The journal is for others from now on."""
        if points and not isinstance(self.recorder.journal, NoJournal):
            self.recorder.journal.set_supervisors(points)
        else:
            self._open_journal()

    def shut(self):
        """Let go of everything on flash."""
        self._bundles.drop()
        self.trust.close()
        self.trust = NoList("no_trust_list")
        self.revocations.close()
        self.revocations = revocations.NoRevocations()
        self.policy = Policy()
        if not isinstance(self.recorder.journal, NoJournal):
            self.recorder.journal.close()
        self.recorder = Recorder(NoJournal("", self.clock))

    def reopen(self):
        """Take it up again, whatever lies there now; whoever had a session has none."""
        self._sessions.close()
        self._open()

    def _open(self):
        self.trust = open_trust(self.root).with_tables(open_tables(self.root))
        self.policy = policy_store.open_policy(self.root)
        self.clock.not_before(self.trust.created)
        self.revocations = revocations.open_revocations(self.root)
        self.clock.not_before(self.revocations.created)
        self._open_journal()
        authority = identity.authority(self.root)
        self._guarded = self._guarded or authority is not None
        self.versions = {}
        for kind in intake.KINDS:
            manifest = intake.active(self.root, kind, authority)
            if manifest is not None:
                self.versions[kind] = _summary(manifest)

    def _content(self, manifest):
        return open(intake.folder_of(self.root, manifest.kind) + "/" + manifest.content, "rb")

    def _open_journal(self):
        self.recorder = Recorder(open_journal(self.root, self.clock))


def _summary(manifest):
    return {"version": manifest.version, "created": manifest.created, "environment": manifest.environment}
