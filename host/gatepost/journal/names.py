"""The numbers that records use for kinds, fields and reasons. A number never changes its meaning."""

from __future__ import annotations

KINDS = (
    "start", "stop", "scan", "clock", "bundle", "session", "tamper", "config", "seal", "full", "collected",
)  # fmt: skip

FIELDS = (
    "kind", "time", "doubtful",
    "verdict", "reason", "scheme", "issuer", "kid", "use", "again",
    "firmware", "version", "environment", "name", "role", "serial", "event", "detail",
    "before", "after", "dropped", "sequence",
)  # fmt: skip

VERDICTS = ("PASS", "CHECK", "REFUSE")

REASONS = {
    0: "ok", 10: "not_a_certificate", 11: "unsupported_system", 12: "needs_network", 13: "part_of_several",
    14: "parts_differ", 15: "unknown_code",
    16: "system_refused", 17: "link_refused", 20: "bad_base45", 21: "bad_compression", 22: "too_large", 23: "bad_cbor",
    24: "bad_envelope", 25: "bad_claims", 26: "bad_text", 27: "bad_json", 28: "no_reading_key", 29: "bad_seal",
    30: "bad_algorithm", 31: "no_key_id", 32: "unknown_issuer", 33: "bad_signature", 34: "key_revoked",
    35: "wrong_key_usage", 36: "key_expired", 37: "test_issuer", 38: "bad_signer", 40: "clock_doubtful",
    41: "not_yet_valid", 42: "expired", 43: "no_expiry", 44: "bad_time", 50: "no_entry", 51: "several_entries",
    52: "specimen", 53: "bad_content", 54: "vaccination_in_future", 55: "test_in_future", 56: "test_positive",
    57: "test_unclear", 58: "recovery_not_yet", 59: "recovery_over", 60: "certificate_revoked",
    61: "no_rules_for_kind", 62: "domestic_only", 63: "used_before", 64: "no_holder",
    65: "batch_recalled", 70: "no_trust_list",
    71: "trust_list_stale", 72: "trust_list_damaged", 73: "journal_full", 74: "journal_broken", 75: "no_policy",
    76: "policy_damaged", 77: "no_rules_for_country", 78: "no_revocation_list",
    79: "revocation_list_stale", 80: "rules_not_met", 81: "not_accepted",
    82: "rule_undecided", 83: "more_needed", 84: "other_holder", 90: "internal_fault", 91: "revocation_list_damaged",
}  # fmt: skip
