"""What differs between deployments, chosen in this one place (`TANGGAP_…`, or a `.env` file)."""

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    SettingsConfigDict,
)

PREFIX = "TANGGAP_"


class BadSetting(Exception):
    """A setting that is unknown or cannot be used; the message names it."""


class Settings(BaseSettings):
    """The settings of one process."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore")

    mode: Literal["node"] = Field("node", description="how the system is run")
    data: Path = Field(Path(".data"), description="the folder of all stores")
    origin: str | None = Field(
        None,
        pattern=r"^[a-z0-9][a-z0-9-]{1,40}$",
        description="this deployment's name; the data folder's own record when left out",
    )
    secret_file: Path | None = Field(None, description="where the secret of receipts lies")
    keys: Path | None = Field(None, description="where the keyring's master key lies")
    timezone: str = Field("Asia/Jakarta", description="of pages that concern no one Puskesmas")
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    public_url: str | None = Field(None, description="the address that people type")


def load_settings() -> Settings:
    """Return the settings; raises BadSetting with a line that names what is wrong."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    unknown = sorted(name for name in _given() if name.startswith(PREFIX) and name not in known)
    if unknown:
        raise BadSetting(f"{unknown[0]} is not a setting; there are: {', '.join(sorted(known))}")
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper()
        raise BadSetting(f"{name}: {first['msg']}") from None


def _given() -> set[str]:
    """Return the names that the environment and the `.env` file give, as they are read."""
    sources = EnvSettingsSource(Settings), DotEnvSettingsSource(Settings)
    return {name.upper() for source in sources for name in source.env_vars}
