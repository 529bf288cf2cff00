"""Resolution: a received complaint becomes a case and goes through the SOP."""
