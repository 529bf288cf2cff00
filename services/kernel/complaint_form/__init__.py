"""The complaint form of the SOPs on paper (Lamaru: Form Keluhan Pengguna Layanan): what the events
of one complaint put on it (`OnForm`), and how it is printed, filled or blank."""

from services.kernel.complaint_form.facts import OnForm, on_form
from services.kernel.complaint_form.printed import Printer

__all__ = ["OnForm", "Printer", "on_form"]
