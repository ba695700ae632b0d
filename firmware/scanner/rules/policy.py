# What the authority of a post may decide: switches that the checks obey.


class Policy:
    """Switches with their defaults.

    reject_expired_keys: refuse what a key signed once the key's own certificate has expired. Off: the HCERT
    specification makes presence on the current list decisive, and 63 % of the keys on WHO's list have expired
    while the certificates that they signed are still in use.
    utc_offset: seconds east of UTC of the post, for dates that carry no time.
    """

    def __init__(self, reject_expired_keys=False, utc_offset=0):
        self.reject_expired_keys = reject_expired_keys
        self.utc_offset = utc_offset


DEFAULT = Policy()
