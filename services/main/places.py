"""Where the stores of a deployment lie: in files of its folder, or in schemas of its server.

An intake endpoint with a store of its own has that in its folder, and what all share on the server.
"""

from services.kernel.store.database import Database, place_of
from services.main.settings import Settings


def place(settings: Settings, name: str) -> Database:
    """Return the place of a store, by its name."""
    if settings.database_url is None or (settings.own_store and name == "intake"):
        return place_of(settings.data / f"{name}.sqlite")
    # Psycopg is loaded where there is a server only: it would double the start of a node.
    from services.kernel.store.servers import PostgresSchema

    return PostgresSchema(settings.database_url.get_secret_value(), name)
