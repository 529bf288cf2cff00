"""Files put with a complaint: what may be one, and where it lies sealed."""

from services.intake.attachments.files import Attached, Attaching

__all__ = ["Attached", "Attaching"]
