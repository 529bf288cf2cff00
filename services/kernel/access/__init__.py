"""Who may do what: accounts, sessions, roles, and the checks that every route declares."""
