"""What the processes of a deployment share and may lose at any moment."""

from services.kernel.fleeting.alone import Alone
from services.kernel.fleeting.port import NEWS, REVOKED, Fleeting

__all__ = ["NEWS", "REVOKED", "Alone", "Fleeting"]
