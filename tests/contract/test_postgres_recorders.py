"""The event store library's own test cases, run on our recorders for a server."""

import threading
from collections.abc import Iterator
from unittest import TestCase

import pytest
from eventsourcing.persistence import IntegrityError
from eventsourcing.tests import persistence as library
from eventsourcing.utils import Environment

from services.kernel.store.postgres import Factory, GroupDatastore, GroupProcessRecorder
from tests.servers.fixtures import Schemas


@pytest.fixture(autouse=True)
def places(request: pytest.FixtureRequest, schemas: Schemas) -> Iterator[None]:
    request.cls.schemas = schemas
    yield


class _OnOurDatastore(TestCase):
    schemas: Schemas

    def setUp(self) -> None:
        super().setUp()
        self._before = set(threading.enumerate())
        self.place = self.schemas.new()
        self.datastore = GroupDatastore(self.place)

    def tearDown(self) -> None:
        for thread in set(threading.enumerate()) - self._before:
            if not thread.name.startswith(("write-", "pool-")):
                thread.join(30)
        self.datastore.close()
        super().tearDown()

    def create_recorder(self) -> GroupProcessRecorder:
        recorder = GroupProcessRecorder(self.datastore)
        recorder.create_table()
        return recorder


class TestApplicationRecorder(
    _OnOurDatastore, library.ApplicationRecorderTestCase[GroupProcessRecorder]
):
    EXPECT_CONTIGUOUS_NOTIFICATION_IDS = True

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestProcessRecorder(_OnOurDatastore, library.ProcessRecorderTestCase):
    pass


class TestTrackingRecorder(_OnOurDatastore, library.TrackingRecorderTestCase):
    pass


class TestNonInterleavingNotificationIDs(
    _OnOurDatastore, library.NonInterleavingNotificationIDsBaseCase
):
    insert_num = 1000


class TestFactory(_OnOurDatastore):
    def test_the_library_builds_our_recorder(self) -> None:
        factory = Factory(Environment("service", dict(self.place.library)))
        self.assertIsInstance(factory.process_recorder(), GroupProcessRecorder)
        factory.close()

    def test_positions_have_no_gap_where_a_save_was_undone(self) -> None:
        recorder = self.create_recorder()
        from eventsourcing.persistence import StoredEvent

        def event(version: int) -> StoredEvent:
            return StoredEvent(self.subject, version, "topic", b"state")

        from uuid import uuid4

        self.subject = uuid4()
        assert recorder.insert_events([event(1)]) == [1]
        with pytest.raises(IntegrityError):
            recorder.insert_events([event(2), event(1)])
        assert recorder.insert_events([event(2), event(3)]) == [2, 3]
