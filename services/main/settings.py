"""What differs between deployments, chosen in this one place (`TANGGAP_…`, or a `.env` file)."""

from ipaddress import IPv4Network, IPv6Network, ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    DotEnvSettingsSource,
    EnvSettingsSource,
    NoDecode,
    SettingsConfigDict,
)

if TYPE_CHECKING:
    from services.kernel.stream.topic import Topic

PREFIX = "TANGGAP_"
ORIGIN_NAME = r"^[a-z0-9][a-z0-9-]{1,40}$"
_TEMPLATE: Final = r"^[a-z0-9_]{1,512}$"
SECRETS = Path("/run/secrets")
NEEDED = (
    *("database_url", "kafka", "redis_url", "reporting_url"),
    *("origin", "secret_file", "keys"),
)
"""What a district cannot be without."""
NEEDED_BY_EDGE = ("origin", "uplink_kafka", "uplink_url", "uplink_token")
"""What an edge cannot be without."""
ONLY: Final = {
    **dict.fromkeys(
        ("database_url", "kafka", "redis_url", "reporting_url", "district_origin"), "district"
    ),
    **dict.fromkeys(("uplink_kafka", "uplink_url", "uplink_token"), "edge"),
}
"""By setting, the one mode that has it."""

_WHATSAPP: Final = tuple(
    f"whatsapp_{name}" for name in ("phone_id", "token_file", "secret_file", "verify_file")
)
_BOUNCES: Final = ("bounces_url", "bounces_user", "bounces_password_file")
_TO_STAFF: Final = ("whatsapp_digest_template", "whatsapp_code_template")
NEEDED_WITH: Final = {
    "smtp_url": ("smtp_from", "public_url"),
    "smtp_from": ("smtp_url",),
    "smtp_user": ("smtp_password_file", "smtp_url"),
    "smtp_password_file": ("smtp_user",),
    **dict.fromkeys(_BOUNCES, (*_BOUNCES, "smtp_url")),
    "gammu_spool": ("public_url",),
    **dict.fromkeys(_WHATSAPP, (*_WHATSAPP, "public_url")),
    **dict.fromkeys(_TO_STAFF, (*_TO_STAFF, "whatsapp_phone_id")),
}
"""By setting of messages, what it is nothing without: all of them lead to PUBLIC_URL."""
FILES: Final = ("smtp_password_file", "bounces_password_file", *_WHATSAPP[1:])


class BadSetting(Exception):
    """A setting that is unknown or cannot be used; the message names it."""


class Settings(BaseSettings):
    """The settings of one process."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=".env",
        extra="ignore",
        secrets_dir=SECRETS if SECRETS.is_dir() else None,
    )

    mode: Literal["node", "district", "edge"] = Field("node", description="how the system is run")
    data: Path = Field(Path(".data"), description="the folder of all stores")
    origin: str | None = Field(
        None,
        pattern=ORIGIN_NAME,
        description="this deployment's name; the data folder's own record when left out",
    )
    district_origin: str | None = Field(
        None,
        pattern=r"^[a-z0-9][a-z0-9-]{1,40}$",
        description="the district's own origin, for an intake endpoint that is one itself",
    )
    database_url: SecretStr | None = Field(
        None, description="the PostgreSQL database of all stores but reporting's"
    )
    kafka: str | None = Field(None, description="the brokers that are asked first")
    topic: str = Field("tanggap", pattern=r"^[a-zA-Z0-9._-]{1,100}$", description="the stream")
    kafka_options: dict[str, Any] = Field(
        {}, description="the Kafka client's own options, for SASL and TLS (JSON)"
    )
    kafka_delivery_seconds: float = Field(
        30.0,
        ge=1,
        le=300,
        description="after so long without an answer a page is sent again; "
        "no first answer is waited for longer",
    )
    uplink_kafka: str | None = Field(
        None, description="the brokers of the district that an edge belongs to"
    )
    uplink_url: str | None = Field(
        None, description="the district's address, for keys and files", pattern=r"^https?://[^/]+$"
    )
    uplink_token: SecretStr | None = Field(
        None, description="the token that the district gave this edge (`tanggap edge add`)"
    )
    redis_url: SecretStr | None = Field(
        None, description="the Redis of workers' messages, limits and bells"
    )
    reporting_url: str | None = Field(None, description="where the other services find reporting")
    inside_url: str | None = Field(
        None, description="where the command line finds the proxy, if not at the public address"
    )
    puskesmas: Annotated[frozenset[str], NoDecode] = Field(
        frozenset(), description="the codes that this intake endpoint serves; empty: all"
    )
    secret_file: Path | None = Field(None, description="where the secret of receipts lies")
    keys: Path | None = Field(None, description="where the keyring's master key lies")
    backups: Path | None = Field(
        None, description="the folder into which backups are made by the clock; none: by hand only"
    )
    backup_hours: int = Field(
        24, ge=1, le=24 * 31, description="so many hours after a backup the next one is made"
    )
    backups_kept: int = Field(14, ge=1, le=1000, description="so many of them are kept")
    oidc_issuer: str | None = Field(
        None,
        pattern=r"^https?://[^?#]+$",
        description="the OpenID Connect provider where people may sign in, too",
    )
    oidc_client_id: str | None = Field(None, description="what this deployment is called there")
    oidc_secret_file: Path | None = Field(
        None, description="where the client's secret lies; a public client has none"
    )
    webhook_networks: Annotated[frozenset[IPv4Network | IPv6Network], NoDecode] = Field(
        frozenset(),
        description="the networks of one's own that webhooks may call, too, and without TLS "
        "(127.0.0.0/8, 10.1.2.0/24); else only addresses of the internet, over https",
    )
    smtp_url: str | None = Field(
        None,
        pattern=r"^smtps?://[^/@?#]+$",
        description="the server that e-mail goes out by; smtps: in TLS from the first byte",
    )
    smtp_from: str | None = Field(
        None, pattern=r"^[^@\s<>]+@[^@\s<>]+$", description="the address that e-mail comes from"
    )
    smtp_user: str | None = Field(None, description="who we are to that server; none: nobody")
    smtp_password_file: Path | None = Field(None, description="where that user's password lies")
    bounces_url: str | None = Field(
        None,
        pattern=r"^imaps?://[^/@?#]+(/[A-Za-z0-9 ._/-]+)?$",
        description="the mailbox to which e-mail comes back, and its folder if not INBOX; imaps: "
        "in TLS from the first byte",
    )
    bounces_user: str | None = Field(
        None, pattern=r"^[^\s\"\\(){%*]+$", description="whose mailbox it is"
    )
    bounces_password_file: Path | None = Field(None, description="where its password lies")
    gammu_spool: Path | None = Field(
        None, description="the folder with outbox, sent, error and inbox of a Gammu SMSD"
    )
    inbox_puskesmas: str | None = Field(
        None,
        description="the Puskesmas that SMS and WhatsApp messages are for which come in; may be "
        "left out where one is at home here",
    )
    whatsapp_phone_id: str | None = Field(
        None, pattern=r"^[0-9]{5,30}$", description="the sender's id at WhatsApp's Cloud API"
    )
    whatsapp_template: str = Field(
        "tanggap_result",
        pattern=_TEMPLATE,
        description="the approved template: number, state and link are its three values",
    )
    whatsapp_digest_template: str | None = Field(
        None,
        pattern=_TEMPLATE,
        description="that of staff's digests: how much is due, how much of it is late, and link",
    )
    whatsapp_code_template: str | None = Field(
        None,
        pattern=_TEMPLATE,
        description="that of codes for staff's numbers (category authentication, copy button)",
    )
    whatsapp_token_file: Path | None = Field(None, description="where its access token lies")
    whatsapp_secret_file: Path | None = Field(
        None, description="where the app's secret lies, by which its calls are signed"
    )
    whatsapp_verify_file: Path | None = Field(
        None, description="where the word lies that sets up the address of its calls"
    )
    whatsapp_url: str = Field(
        "https://graph.facebook.com/v23.0",
        pattern=r"^https?://[^?#]+[^/?#]$",
        description="where the Cloud API is, with its version",
    )
    reporting_memory: str = Field(
        "128MB", pattern=r"^[1-9][0-9]*(MB|GB)$", description="what reporting's questions may use"
    )
    timezone: str = Field("Asia/Jakarta", description="of pages that concern no one Puskesmas")
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    public_url: str | None = Field(None, description="the address that people type")

    @field_validator("puskesmas", "webhook_networks", mode="before")
    @classmethod
    def _codes(cls, given: object) -> object:
        return given.replace(",", " ").split() if isinstance(given, str) else given

    @field_validator("uplink_url", "oidc_issuer", "whatsapp_url")
    @classmethod
    def _private_way(cls, given: str | None) -> str | None:
        """The token goes that way: in clear at most within a network of one's own."""
        here = given is None or within_own_network(urlsplit(given).hostname or "")
        if given is not None and given.startswith("http://") and not here:
            raise ValueError("it must be https, but for an address of one's own network")
        return given

    @field_validator("smtp_url", "bounces_url")
    @classmethod
    def _whole_address(cls, given: str | None) -> str | None:
        try:
            whole = given is None or (urlsplit(given).hostname and urlsplit(given).port != 0)
        except ValueError:  # a port that is none
            whole = False
        if not whole:
            raise ValueError("after the // it must be host or host:port")
        return given

    @field_validator("uplink_token")
    @classmethod
    def _whole_token(cls, given: SecretStr | None) -> SecretStr | None:
        if given is not None:
            from services.kernel.handover.district import NoToken, parts_of

            try:
                parts_of(given.get_secret_value())
            except NoToken:
                raise ValueError("it is none that `tanggap edge add` printed") from None
        return given

    @model_validator(mode="after")
    def _whole(self) -> Self:
        needed = {"district": NEEDED, "edge": NEEDED_BY_EDGE}.get(self.mode, ())
        for name in needed:
            if getattr(self, name) is None:
                raise ValueError(f"{PREFIX}{name.upper()} is needed for MODE={self.mode}")
        for name, mode in ONLY.items():
            if mode != self.mode and getattr(self, name) is not None:
                raise ValueError(f"{PREFIX}{name.upper()} is for MODE={mode} only")
        if (self.oidc_issuer is None) != (self.oidc_client_id is None):
            missing = "ISSUER" if self.oidc_issuer is None else "CLIENT_ID"
            raise ValueError(f"{PREFIX}OIDC_{missing} is needed, too")
        if self.oidc_secret_file is not None and not self.oidc_secret_file.is_file():
            raise ValueError(f"{PREFIX}OIDC_SECRET_FILE: there is no such file")
        self._messages_whole()
        return self

    def _messages_whole(self) -> None:
        """See that each way of sending messages is set up whole, or not at all."""
        for asked, needed in NEEDED_WITH.items():
            if getattr(self, asked) is not None:
                for name in needed:
                    if getattr(self, name) is None:
                        raise ValueError(f"{PREFIX}{name.upper()} is needed, too")
        for name in FILES:
            file: Path | None = getattr(self, name)
            if file is not None and not file.is_file():
                raise ValueError(f"{PREFIX}{name.upper()}: there is no such file")
            if file is not None and not file.read_text().strip():
                # Under an empty secret anybody can sign.
                raise ValueError(f"{PREFIX}{name.upper()}: the file is empty")
        if self.gammu_spool is not None:
            for folder in ("outbox", "sent", "error"):
                if not (self.gammu_spool / folder).is_dir():
                    raise ValueError(f"{PREFIX}GAMMU_SPOOL: it has no folder named {folder}")

    @property
    def own_store(self) -> bool:
        """Whether this is an intake endpoint with a store, and so an origin, of its own."""
        return self.district_origin not in (None, self.origin)

    @property
    def kind(self) -> str:
        """What is backed up and restored: the mode, or an endpoint with a store of its own."""
        return "endpoint" if self.own_store else self.mode

    def kafka_topic(self) -> "Topic":
        """Return the topic of the district's stream (district, edge)."""
        from services.kernel.stream.topic import FIRST_ANSWER_SECONDS, Topic

        servers = self.kafka or self.uplink_kafka
        assert servers is not None
        return Topic(
            servers,
            self.topic,
            self.kafka_options,
            first_answer_seconds=min(FIRST_ANSWER_SECONDS, self.kafka_delivery_seconds),
        )


def within_own_network(host: str) -> bool:
    """Say whether a host is this machine or has an address of a private network."""
    try:
        return ip_address(host).is_private
    except ValueError:
        return host == "localhost"


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
        if not first["loc"]:
            raise BadSetting(first["msg"].removeprefix("Value error, ")) from None
        name = PREFIX + str(first["loc"][0]).upper()
        raise BadSetting(f"{name}: {first['msg']}") from None


def _given() -> set[str]:
    """Return the names that the environment and the `.env` file give, as they are read."""
    sources = EnvSettingsSource(Settings), DotEnvSettingsSource(Settings)
    return {name.upper() for source in sources for name in source.env_vars}
