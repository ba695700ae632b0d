# What the authority of a post has decided: switches that the checks obey, and the rules of who may pass.

FULL, MINIMAL, VERDICT = "full", "minimal", "verdict"
CHECK, REFUSE = "check", "refuse"

# What becomes of a code that cannot be verified here, where the policy refuses such.
_UNVERIFIABLE = {"unsupported_system": "system_refused", "needs_network": "link_refused"}
_UNKNOWN = {"unknown_code": "not_a_certificate"}


class Policy:
    """Switches with their defaults, and `rules`: a Rules, or None with the reason code `problem`.

    reject_expired_keys: refuse what a key signed once the key's own certificate has expired. Off: the HCERT
    specification makes presence on the current list decisive, and 63 % of the keys on WHO's list have expired
    while the certificates that they signed are still in use.
    utc_offset: seconds east of UTC of the post, for dates that carry no time.
    list_old, list_limit: days after which the trust list asks for an update, and after which nothing is PASS: a list
    that is too old does not know which keys were withdrawn since.
    revocation_limit: days that a list of withdrawn certificates serves, after which nothing is PASS; 0 asks for none,
    and one that is there is looked up all the same.
    without_expiry: forms of certificates that need not say when they expire.
    privacy: what the guard sees of the holder: "full", "minimal" (initials, birth day and month), "verdict" (nothing).
    unverifiable: "check" or "refuse", for systems that are known and not verified here, and for links;
    unknown_codes: the same for codes of no known kind.
    wait: seconds that a first proof waits for the second; explain: whether the button leads through the reasons.
    """

    def __init__(
        self,
        reject_expired_keys=False,
        utc_offset=0,
        list_old=7,
        list_limit=30,
        revocation_limit=0,
        without_expiry=(),
        privacy=FULL,
        wait=60,
        explain=False,
        unverifiable=CHECK,
        unknown_codes=REFUSE,
        rules=None,
        problem="no_policy",
    ):
        self.reject_expired_keys = reject_expired_keys
        self.utc_offset = utc_offset
        self.list_old = list_old
        self.list_limit = list_limit
        self.revocation_limit = revocation_limit
        self.without_expiry = without_expiry
        self.privacy = privacy
        self.wait = wait
        self.explain = explain
        self.unverifiable = unverifiable
        self.unknown_codes = unknown_codes
        self.rules = rules
        self.problem = problem
        self.name = ""
        self.version = 0
        self.environment = ""

    def settled(self, code):
        """The reason code that stands here for `code`: what cannot be verified is CHECK or REFUSE, never PASS."""
        if self.unverifiable != CHECK:
            code = _UNVERIFIABLE.get(code, code)
        if self.unknown_codes != CHECK:
            code = _UNKNOWN.get(code, code)
        return code

    def list_state(self, created, now):
        """0 fresh, 1 old, 2 too old for PASS: of a list made at `created`, unix seconds as `now`."""
        days = (now - created) // 86400
        return 2 if days >= self.list_limit else 1 if days >= self.list_old else 0


DEFAULT = Policy()
