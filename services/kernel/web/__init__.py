"""What every page and call of the four services shares: the app, its refusals, its pages."""
