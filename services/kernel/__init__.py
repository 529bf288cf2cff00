"""What the four services share: contracts, store, stream, relay, follower, keys, access, web."""
