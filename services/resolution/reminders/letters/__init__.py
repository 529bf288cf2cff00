"""A digest by e-mail or WhatsApp as well, for those who want it: their address, proven theirs, and
each letter sent at most once."""
