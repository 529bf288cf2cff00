"""`python -m services.main.cli`."""

from services.main.cli import app

app()
