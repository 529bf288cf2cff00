"""The peers that carry messages, behind one port."""
