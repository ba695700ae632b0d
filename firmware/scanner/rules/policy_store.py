# The policy on flash: below a root, `policy/manifest`, signed by the deployment's authority, and its parts beside it.

import gc

from scanner import durable, identity
from scanner.bundles import content
from scanner.bundles.manifest import LIMIT, read_manifest
from scanner.rules.policy import Policy
from scanner.rules.policy_parts import read_policy


def open_policy(root):
    """The verified Policy below `root`; one without rules, that says why, where there is none."""
    authority = identity.authority(root)
    signed = durable.read(root + "/policy/manifest", LIMIT + 1)
    if signed is None or authority is None:
        return Policy()
    try:
        manifest = read_manifest(signed, authority, "policy")
        with open(root + "/policy/" + manifest.content, "rb") as file:
            content.verify(file, manifest)
            return attach(manifest, file)
    except (ValueError, OSError):
        return Policy(problem="policy_damaged")


def attach(manifest, file):
    """The Policy in a bundle's content, its hashes already verified. ValueError where there is none."""
    gc.collect()
    part = _part(manifest, file, "policy")
    if part is None:
        raise ValueError("bundle without a policy")
    policy = read_policy(part, _part(manifest, file, "eu-rules"))
    policy.version = manifest.version
    policy.environment = manifest.environment
    gc.collect()
    return policy


def _part(manifest, file, name):
    try:
        starts = manifest.run(name)
    except ValueError:
        return None
    file.seek(starts[0])
    return file.read(starts[-1] - starts[0])
