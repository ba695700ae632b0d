# Who this scanner is and whom it obeys: its own key, made here and never told, and its authority's public key.

from scanner import durable
from scanner.crypto import p256_sign

_POINT = 65  # bytes of 04 || x || y
_KEY = 32


def authority(root):
    """The deployment's authority (65 bytes), or None on a scanner that nobody has provisioned."""
    return durable.read(root + "/authority.pub", _POINT + 1)


def device_key(root):
    """The private key (32 bytes); made on the first call. OSError where flash fails."""
    key = durable.read(root + "/device.key", _KEY + 1)
    if key is None or len(key) != _KEY:
        key = p256_sign.generate()
        # The public half first goes: it would be that of another key.
        durable.remove(root + "/device.pub")
        durable.replace(root + "/device.key", key)
    return key


def device_point(root):
    """The public key (65 bytes, 04 || x || y): what a technician's challenge names, and a journal is signed by."""
    point = durable.read(root + "/device.pub", _POINT + 1)
    if point is None or len(point) != _POINT or not durable.exists(root + "/device.key"):
        point = p256_sign.public(device_key(root))
        durable.replace(root + "/device.pub", point)
    return point


def sealed(root):
    """Whether the scanner was sealed: nothing but frames of the link is answered from then on."""
    return durable.exists(root + "/sealed")
