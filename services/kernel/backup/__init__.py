"""What a backup is made of: stores of one moment, a manifest, secrets that a passphrase opens."""
