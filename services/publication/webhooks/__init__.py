"""Other systems are told of events as they come: only their public fields, signed, again and again
until taken, those of one complaint in their order."""
