"""Keys and files between origins: over HTTPS, wrapped for the receiver, called by the edge."""
