"""Keys of a deployment: made, kept under a passphrase, and shown without their secrets."""
