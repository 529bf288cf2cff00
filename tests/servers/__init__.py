"""Real servers for tests: each started on loopback, on free ports, in a folder of its own."""
