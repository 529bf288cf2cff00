"""Backup and restore of a data folder: stores of one moment, with keys that a passphrase opens."""
