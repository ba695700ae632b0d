# What the authority of a post may decide: switches that the checks obey.


class Policy:
    """Switches with their defaults.

    reject_expired_keys: refuse what a key signed once the key's own certificate has expired. Off: the HCERT
    specification makes presence on the current list decisive, and 63 % of the keys on WHO's list have expired
    while the certificates that they signed are still in use.
    utc_offset: seconds east of UTC of the post, for dates that carry no time.
    list_old, list_limit: days after which the trust list asks for an update, and after which nothing is PASS: a list
    that is too old does not know which keys were withdrawn since.
    """

    def __init__(self, reject_expired_keys=False, utc_offset=0, list_old=7, list_limit=30):
        self.reject_expired_keys = reject_expired_keys
        self.utc_offset = utc_offset
        self.list_old = list_old
        self.list_limit = list_limit

    def list_state(self, created, now):
        """0 fresh, 1 old, 2 too old for PASS: of a list made at `created`, unix seconds as `now`."""
        days = (now - created) // 86400
        return 2 if days >= self.list_limit else 1 if days >= self.list_old else 0


DEFAULT = Policy()
