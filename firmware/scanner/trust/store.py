# The scanner's trust list: a signed manifest and the key list it names, verified once when the scanner starts.
#
# On flash, below a root: `trust/manifest`, signed by the deployment's authority, and its parts in one file beside it.
# Every hash is right before the first lookup, so the lookups need no signatures. The authority's key comes from
# provisioning, never from the bundle.

from scanner.bundles import content
from scanner.bundles.manifest import LIMIT, read_manifest
from scanner.reasons import Refusal
from scanner.trust.reading_keys import ReadingKeys
from scanner.trust.shards import Shards


class TrustStore:
    """A verified trust list. `version` rises with each bundle, `created` is unix seconds, `environment` one of
    "PROD", "UAT", "DEV", "DEMO"; `reading`: the ReadingKeys beside the list; `revocations`: the Revocations, if any."""

    def __init__(self, manifest, keys, file, reading):
        self.version = manifest.version
        self.created = manifest.created
        self.environment = manifest.environment
        self.key_count = len(keys)
        self.tables = None
        self.reading = reading
        self.revocations = None
        self._keys = keys
        self._file = file

    def with_tables(self, tables):
        """This list, whose keys verify with the KeyTables, or None."""
        self.tables = tables
        return self

    def with_revocations(self, revocations):
        """This list, beside it the Revocations that go with it."""
        self.revocations = revocations
        return self

    def close(self):
        """Let go of the file, before it is removed."""
        self._file.close()

    def find(self, kid, issuer=None):
        """The KeyRecords under `kid` (bytes), of `issuer`'s address alone if given. Refusal where flash fails."""
        try:
            return self._keys.find(kid, issuer)
        except (ValueError, OSError) as error:
            raise Refusal("trust_list_damaged", str(error))


def open_keys(manifest, file):
    """The key list in a bundle's content, its hashes already verified. ValueError where there is none."""
    return Shards(file, manifest.run("keys"))


def open_store(root, authority_key):
    """Verify the trust list below the folder `root` with the authority's point (65 bytes, 04 || x || y).

    Refusal("no_trust_list") where there is none, Refusal("trust_list_damaged") where anything about it is wrong.
    """
    folder = root.rstrip("/") + "/trust/"
    try:
        with open(folder + "manifest", "rb") as file:
            signed = file.read(LIMIT + 1)
    except OSError as error:
        raise Refusal("no_trust_list", str(error))
    try:
        manifest = read_manifest(signed, authority_key, "trust")
    except ValueError as error:
        raise Refusal("trust_list_damaged", str(error))
    return attach(root, manifest)


def attach(root, manifest, verified=False):
    """The TrustStore of a Manifest whose signature is right; `verified`: so are, as of now, the hashes of its content.

    Refusal("trust_list_damaged").
    """
    try:
        file = open(root.rstrip("/") + "/trust/" + manifest.content, "rb")  # noqa: SIM115 - it stays open for lookups
    except OSError as error:
        raise Refusal("trust_list_damaged", str(error))
    try:
        if not verified:
            content.verify(file, manifest)
        return TrustStore(manifest, open_keys(manifest, file), file, ReadingKeys(root.rstrip("/")))
    except (ValueError, OSError) as error:
        file.close()
        raise Refusal("trust_list_damaged", str(error))
