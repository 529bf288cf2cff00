"""Peers that carry messages out: what each is asked and may say, and the one for e-mail."""
