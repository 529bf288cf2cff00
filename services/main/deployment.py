"""What a deployment stands on: its folder and stores, accounts and keys, the stream, and whose home
it is. The services are put together from it in `parts.py`."""

import os
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from celery import Celery

from services.kernel.access.edges import Edges
from services.kernel.access.store import AccessStore
from services.kernel.carriers.port import Sender
from services.kernel.clock import Clock, system_clock
from services.kernel.district import District
from services.kernel.fleeting import NEWS, Alone, Fleeting
from services.kernel.handover.wrapping import Pair
from services.kernel.jobs import celery_app
from services.kernel.keyring import Keyring, Pool
from services.kernel.store.database import Database
from services.kernel.stream import EmbeddedStream, Stream, StreamUnavailable
from services.main.folder import key_file, open_folder
from services.main.places import place
from services.main.senders import senders
from services.main.settings import Settings

if TYPE_CHECKING:
    from services.kernel.access.oidc import Oidc


class Deployment:
    """What every service of one deployment shares, each part made when it is first asked for."""

    reads_without_secrets = False
    """Whether this may be opened to be read where a secret is lost."""

    def __init__(self, settings: Settings, district: District, clock: Clock = system_clock) -> None:
        self.settings = settings
        self.district = district
        self.clock = clock
        self.folder = open_folder(settings, without_secrets=self.reads_without_secrets)

    def place(self, name: str) -> Database:
        """Return where a store lies."""
        return place(self.settings, name)

    @cached_property
    def fleeting(self) -> Fleeting:
        """What the processes of this deployment share and may lose."""
        if self.settings.redis_url is None:
            return Alone()
        from services.kernel.fleeting.on_redis import OnRedis

        return OnRedis(self.settings.redis_url.get_secret_value(), self.folder.receipt_secret)

    def ring_news(self) -> None:
        """Tell every process that there is more to see."""
        self.fleeting.ring(NEWS)

    @cached_property
    def access(self) -> AccessStore:
        """Accounts, sessions and tokens."""
        return AccessStore(self.place("access"), self.clock, fleeting=self.fleeting)

    @cached_property
    def oidc(self) -> "Oidc | None":
        """Where people may sign in beside the accounts' own passwords."""
        issuer, client = self.settings.oidc_issuer, self.settings.oidc_client_id
        if issuer is None or client is None:
            return None
        from services.kernel.access.oidc import Oidc

        return Oidc.of(issuer, client, self.settings.oidc_secret_file)

    @cached_property
    def keyring(self) -> Keyring:
        """The keys to all sealed words."""
        place, master = self.place("keyring"), self.folder.master_key
        keyring = Keyring(place, master, self.clock, Pool(os.urandom))
        if self.reads_without_secrets and (self.folder.lost or not keyring.fits()):
            self.folder = replace(self.folder, lost=self.folder.lost or key_file(self.settings))
            keyring.locked = True
        return keyring

    @cached_property
    def pair(self) -> Pair:
        """The pair that other origins wrap keys for."""
        return Pair.of(self.folder.origin, self.folder.master_key)

    @cached_property
    def edges(self) -> Edges:
        """The edges of this district."""
        self.access  # noqa: B018 - its tables are there before
        return Edges(self.place("access"), self.clock)

    @cached_property
    def stream(self) -> Stream:
        """The one log that all services write to and follow."""
        if self.settings.kafka is None:
            return EmbeddedStream(self.folder.store("stream.sqlite"), self.clock)
        from services.kernel.stream.kafka import KafkaStream

        topic, later = self.settings.kafka_topic(), False
        try:
            topic.check()
        except StreamUnavailable:
            # What needs no stream goes on without; the topic is checked when it is there.
            later = True
        return KafkaStream(
            topic, delivery_seconds=self.settings.kafka_delivery_seconds, check=later
        )

    @property
    def attachments(self) -> Path:
        """The folder of the sealed files of complaints."""
        return self.folder.store("attachments")

    @cached_property
    def senders(self) -> Mapping[str, Sender]:
        """The peers that carry messages out, by channel."""
        return senders(self.settings, self.clock)

    @cached_property
    def celery(self) -> Celery:
        """What tasks are declared to."""
        return celery_app()

    @cached_property
    def uplink(self) -> Stream:
        """The stream of the district that an edge belongs to; it may be out of reach."""
        return uplink(self.settings)

    @cached_property
    def homed(self) -> frozenset[str]:
        """The Puskesmas whose home this origin is (design: home): one that names none is at home
        in the district, or on the node."""
        here = {self.folder.origin} | ({None} if self.is_district else set())
        return frozenset(each.code for each in self.district.all_puskesmas if each.home in here)

    @property
    def is_district(self) -> bool:
        """Whether those are at home here that the file gives no home, and what holds for all."""
        return self.settings.mode != "edge" and not self.settings.own_store

    @property
    def declares(self) -> frozenset[str]:
        """The Puskesmas of the file that this origin records."""
        if not self.is_district:
            return self.homed
        return frozenset(each.code for each in self.district.all_puskesmas)

    def is_home(self, puskesmas: str) -> bool:
        """Say whether this origin is the home of a Puskesmas; of one of another file it is not."""
        return puskesmas in self.homed

    def home_of(self, puskesmas: str) -> str:
        """Return the home of a Puskesmas; "" for one that the district file does not name."""
        if puskesmas in self.homed:
            return self.folder.origin
        known = {each.code: each.home or "" for each in self.district.all_puskesmas}
        return known.get(puskesmas, "")

    def places_of(self, origin: str) -> frozenset[str]:
        """Return the Puskesmas that are at home at another origin."""
        return (
            frozenset(each.code for each in self.district.all_puskesmas if each.home == origin)
            - self.homed
        )


def uplink(settings: Settings) -> Stream:
    """Return the stream of the district that an edge belongs to; it may be out of reach."""
    from services.kernel.stream.kafka import KafkaStream

    return KafkaStream(
        settings.kafka_topic(), delivery_seconds=settings.kafka_delivery_seconds, check=True
    )
