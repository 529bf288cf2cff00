"""What comes in by itself, by SMS and WhatsApp: drafts that an officer makes complaints of."""
