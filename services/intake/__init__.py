"""Intake: complaints from every channel, receipts, imports, master data."""
