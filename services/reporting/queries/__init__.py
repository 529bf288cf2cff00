"""Questions across cases, each a plain query over the facts at an instant."""

from services.reporting.queries.question import Filters, When

__all__ = ["Filters", "When"]
