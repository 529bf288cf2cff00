"""Tanggap: four small services over one log of events; see ARCHITECTURE.md."""
