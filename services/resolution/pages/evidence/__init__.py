"""The evidence of accreditation criterion 1.1.2: ten items for a period of one Puskesmas, listed,
and laid out as one file with its index (docs/decisions/0037-accreditation-bundle.md)."""
