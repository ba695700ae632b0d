# Loads the firmware's modules from the bottom up.
#
# An import inside an import inside an import ... nests on the C stack, of which a board has 16 KB; the application's
# longest chain is eight deep. Loaded in this order, each module finds those it needs already there.
#
# Loading leaves much garbage, and it is collected often meanwhile: what stays would otherwise lie scattered all over
# the heap, and leave no room in one piece for a font.

import gc

from micropython import const

_OFTEN = const(65536)  # bytes taken between two collections

_VISION = (
    "scanner.vision.wiping",
    "scanner.vision.matrix",
    "scanner.vision.masks",
    "scanner.vision.galois",
    "scanner.vision.reed_solomon",
    "scanner.vision.placement",
    "scanner.vision.codewords",
    "scanner.vision.symbol",
    "scanner.vision.cuts",
    "scanner.vision.probe",
    "scanner.vision.findings",
    "scanner.vision.finder",
    "scanner.vision.reading",
    "scanner.vision.decoder",
)
_REST = (
    "scanner.reasons",
    "scanner.codec.utf8",
    "scanner.codec.cbor",
    "scanner.codec.base45",
    "scanner.codec.inflate",
    "scanner.codec.iso8601",
    "scanner.crypto.inverse",
    "scanner.crypto.prime_curve",
    "scanner.crypto.p256_field",
    "scanner.crypto.p256_scalar",
    "scanner.crypto.p256_point",
    "scanner.crypto.p256_table",
    "scanner.crypto.p256_generator",
    "scanner.crypto.p256",
    "scanner.crypto.p384",
    "scanner.crypto.rsa",
    "scanner.crypto.sha384",
    "scanner.crypto.cose",
    "scanner.crypto.p256_sign",
    "scanner.crypto.aes",
    "scanner.crypto.aead",
    "scanner.durable",
    "scanner.signed",
    "scanner.bundles.manifest",
    "scanner.bundles.architecture",
    "scanner.bundles.landing",
    "scanner.bundles.intake",
    "scanner.trust.keys",
    "scanner.trust.reading_keys",
    "scanner.trust.store",
    "scanner.trust.key_tables",
    "scanner.trust.revocation_table",
    "scanner.trust.revocation_slices",
    "scanner.trust.revocations",
    "scanner.credentials.claims",
    "scanner.credentials.packed",
    "scanner.credentials.members",
    "scanner.credentials.person",
    "scanner.credentials.cwt",
    "scanner.credentials.signer",
    "scanner.credentials.hc1",
    "scanner.credentials.fhir_codes",
    "scanner.credentials.series",
    "scanner.credentials.fhir",
    "scanner.credentials.shc",
    "scanner.credentials.shc_parts",
    "scanner.codec.der",
    "scanner.credentials.x509",
    "scanner.credentials.vdsnc_message",
    "scanner.credentials.vdsnc",
    "scanner.credentials.sealed",
    "scanner.credentials.ith1",
    "scanner.rules.datetimes",
    "scanner.rules.certlogic",
    "scanner.rules.checks",
    "scanner.rules.withdrawn",
    "scanner.rules.eu_rules",
    "scanner.rules.proofs",
    "scanner.rules.policy_parts",
    "scanner.rules.policy_store",
    "scanner.rules.decide",
    "scanner.rules.judge",
    "scanner.rules.names",
    "scanner.rules.holders",
    "scanner.rules.together",
    "scanner.ui.canvas",
    "scanner.ui.view",
    "scanner.ui.furniture",
    "scanner.ui.screens",
    "scanner.identity",
    "scanner.journal.journal",
    "scanner.journal.recorder",
    "scanner.link.roles",
    "scanner.link.session",
    "scanner.link.provisioning",
    "scanner.link.key_delivery",
    "scanner.link.server",
    "scanner.slots",
    "scanner.upkeep",
)


def vision():
    """What makes the decoder, whose buffers are wanted before the rest takes memory."""
    _load(_VISION)


def rest():
    """What the application needs beside it."""
    _load(_REST)


def _load(names):
    gc.threshold(_OFTEN)
    for name in names:
        __import__(name)
    gc.threshold(-1)
