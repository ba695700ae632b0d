# The closed table of reasons: what the screen says, the journal records and the link sends.
#
# A code never changes its meaning and a number is never used again. Each row: number, code, verdict,
# one sentence for the guard, what to do next.

from micropython import const

PASS = const(0)
CHECK = const(1)
REFUSE = const(2)

WORDS = ("PASS", "CHECK", "REFUSE")

_ASK_OTHER = "Ask for another certificate."
_NEW_CODE = "Ask the traveller to have it issued again."
_CALL_SUPERVISOR = "Call your supervisor."
_TECHNICIAN = "Have the technician update this scanner."

# fmt: off
REASONS = (
    (0, "ok", PASS, "Genuine and valid.", "Compare name and birth date with the passport."),
    # What the code holds.
    (10, "not_a_certificate", REFUSE, "This code is not a certificate.", _ASK_OTHER),
    (11, "unsupported_system", CHECK, "A known system that this scanner cannot verify.", _ASK_OTHER),
    (12, "needs_network", CHECK, "The content is online, and this scanner is not.", _ASK_OTHER),
    (13, "part_of_several", CHECK, "This is one part of several codes.", "Show the other parts too."),
    (14, "parts_differ", CHECK, "These codes are parts of different certificates.", "Show the parts of one alone."),
    (15, "unknown_code", CHECK, "This scanner does not know this kind of code.", _ASK_OTHER),
    (16, "system_refused", REFUSE, "A known system that cannot be verified here: not accepted.", _ASK_OTHER),
    (17, "link_refused", REFUSE, "The content is online, and links are not accepted here.", _ASK_OTHER),
    # The envelope.
    (20, "bad_base45", REFUSE, "The text of the code is damaged.", _NEW_CODE),
    (21, "bad_compression", REFUSE, "The compressed data is damaged.", _NEW_CODE),
    (22, "too_large", REFUSE, "The certificate is larger than any real one.", _CALL_SUPERVISOR),
    (23, "bad_cbor", REFUSE, "The data inside the code is malformed.", _NEW_CODE),
    (24, "bad_envelope", REFUSE, "The signed envelope is malformed.", _NEW_CODE),
    (25, "bad_claims", REFUSE, "The signed content is not a certificate.", _NEW_CODE),
    (26, "bad_text", REFUSE, "The text of the code is not what its prefix says.", _NEW_CODE),
    (27, "bad_json", REFUSE, "The data inside the code is malformed.", _NEW_CODE),
    (28, "no_reading_key", CHECK, "Sealed, and this scanner holds no key to read it.", _TECHNICIAN),
    (29, "bad_seal", REFUSE, "The sealed content is damaged or altered.", _NEW_CODE),
    # The signature.
    (30, "bad_algorithm", REFUSE, "The signature algorithm is not accepted.", _CALL_SUPERVISOR),
    (31, "no_key_id", REFUSE, "The certificate does not name its signing key.", _NEW_CODE),
    (32, "unknown_issuer", REFUSE, "No trusted issuer holds this signing key.", _CALL_SUPERVISOR),
    (33, "bad_signature", REFUSE, "The signature is false: altered or forged.", _CALL_SUPERVISOR),
    (34, "key_revoked", REFUSE, "The issuer's signing key was withdrawn.", _CALL_SUPERVISOR),
    (35, "wrong_key_usage", REFUSE, "This key may not sign this kind of certificate.", _CALL_SUPERVISOR),
    (36, "key_expired", REFUSE, "The issuer's signing key has expired.", _NEW_CODE),
    (37, "test_issuer", CHECK, "Signed by a test or development key.", _CALL_SUPERVISOR),
    (38, "bad_signer", REFUSE, "The signer's own certificate is not in order.", _CALL_SUPERVISOR),
    # Time.
    (40, "clock_doubtful", CHECK, "This scanner's clock cannot be trusted.", _TECHNICIAN),
    (41, "not_yet_valid", REFUSE, "The certificate is not valid yet.", _ASK_OTHER),
    (42, "expired", REFUSE, "The certificate has expired.", _ASK_OTHER),
    (43, "no_expiry", CHECK, "The certificate names no expiry date.", "Look at its dates yourself."),
    (44, "bad_time", REFUSE, "The certificate's dates are not dates.", _NEW_CODE),
    # The content.
    (50, "no_entry", REFUSE, "The certificate holds no entry.", _NEW_CODE),
    (51, "several_entries", REFUSE, "The certificate holds more than one entry.", _NEW_CODE),
    (52, "specimen", REFUSE, "This is a specimen, not a certificate.", _ASK_OTHER),
    (53, "bad_content", REFUSE, "A field of the certificate is malformed.", _NEW_CODE),
    (54, "vaccination_in_future", REFUSE, "The vaccination date lies in the future.", _CALL_SUPERVISOR),
    (55, "test_in_future", REFUSE, "The test date lies in the future.", _CALL_SUPERVISOR),
    (56, "test_positive", REFUSE, "The test result is positive.", "Follow the post's health instructions."),
    (57, "test_unclear", CHECK, "The test result is neither negative nor positive.", "Look at the paper result."),
    (58, "recovery_not_yet", REFUSE, "The recovery certificate is not valid yet.", _ASK_OTHER),
    (59, "recovery_over", REFUSE, "The recovery certificate is no longer valid.", _ASK_OTHER),
    (60, "certificate_revoked", REFUSE, "The issuer has withdrawn this certificate.", _CALL_SUPERVISOR),
    (61, "no_rules_for_kind", CHECK, "Genuine, but this scanner has no rules for its kind.", "Judge the content yourself."),
    (62, "domestic_only", CHECK, "Genuine, but for domestic use only.", _ASK_OTHER),
    (63, "used_before", CHECK, "This certificate was shown here before.", "Make sure it is the same traveller."),
    (64, "no_holder", CHECK, "Genuine, but it does not say whose it is.", _ASK_OTHER),
    (65, "batch_recalled", REFUSE, "The vaccine's batch was recalled.", _ASK_OTHER),
    # The scanner itself.
    (70, "no_trust_list", CHECK, "This scanner holds no list of issuers.", _TECHNICIAN),
    (71, "trust_list_stale", CHECK, "The list of issuers is too old.", _TECHNICIAN),
    (72, "trust_list_damaged", CHECK, "The list of issuers is damaged.", _TECHNICIAN),
    (73, "journal_full", CHECK, "The journal is full: this scan is not recorded.", _CALL_SUPERVISOR),
    (74, "journal_broken", CHECK, "The journal cannot be written.", _TECHNICIAN),
    (75, "no_policy", CHECK, "This scanner holds no rules.", _TECHNICIAN),
    (76, "policy_damaged", CHECK, "The rules on this scanner are damaged.", _TECHNICIAN),
    (77, "no_rules_for_country", CHECK, "No rules are loaded for the country of arrival.", _TECHNICIAN),
    (78, "no_revocation_list", CHECK, "This scanner holds no list of withdrawn certificates.", _TECHNICIAN),
    (79, "revocation_list_stale", CHECK, "The list of withdrawn certificates is too old.", _TECHNICIAN),
    (91, "revocation_list_damaged", CHECK, "The list of withdrawn certificates is damaged.", _TECHNICIAN),
    # The checkpoint's own rules.
    (80, "rules_not_met", CHECK, "Genuine, but the rules of this checkpoint are not met.", _ASK_OTHER),
    (81, "not_accepted", REFUSE, "Genuine, but not accepted at this checkpoint.", _ASK_OTHER),
    (82, "rule_undecided", CHECK, "A rule cannot be decided from this certificate.", "Judge the content yourself."),
    (83, "more_needed", CHECK, "Good so far, and one more proof is needed.", "Scan the traveller's other certificate."),
    (84, "other_holder", CHECK, "These certificates name different persons.", "Scan both of one traveller again."),
    (90, "internal_fault", REFUSE, "The scanner could not finish the check.", "Scan again; if it stays, call the technician."),
)
# fmt: on


class Refusal(Exception):
    """Why a text does not become PASS: `code` is one of the table's, `detail` is for experts, never secret."""

    def __init__(self, code, detail=""):
        super().__init__(code, detail)
        self.code = code
        self.detail = detail


def reason(code):
    """The row of a code: (number, code, verdict, sentence, action). An unknown code is an internal fault."""
    for row in REASONS:
        if row[1] == code:
            return row
    return REASONS[-1]
