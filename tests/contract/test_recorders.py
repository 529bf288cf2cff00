"""The event store library's own test cases, run on our recorders."""

import tempfile
import threading
from pathlib import Path
from unittest import TestCase

from eventsourcing.tests import persistence as library
from eventsourcing.utils import Environment

from services.kernel.store.sqlite import (
    Factory,
    GroupApplicationRecorder,
    GroupDatastore,
    GroupProcessRecorder,
)


class _OnOurDatastore(TestCase):
    def setUp(self) -> None:
        super().setUp()
        self._before = set(threading.enumerate())
        self._folder = tempfile.TemporaryDirectory()
        self.datastore = GroupDatastore(str(Path(self._folder.name) / "store.sqlite"))

    def tearDown(self) -> None:
        # The library's cases tell their readers to stop, but do not wait for them.
        for thread in set(threading.enumerate()) - self._before:
            if not thread.name.startswith("write-"):
                thread.join(30)
        self.datastore.close()
        self._folder.cleanup()
        super().tearDown()


class TestApplicationRecorder(
    _OnOurDatastore, library.ApplicationRecorderTestCase[GroupApplicationRecorder]
):
    EXPECT_CONTIGUOUS_NOTIFICATION_IDS = True

    def create_recorder(self) -> GroupApplicationRecorder:
        recorder = GroupApplicationRecorder(self.datastore)
        recorder.create_table()
        return recorder

    def test_insert_subscribe(self) -> None:
        self.optional_test_insert_subscribe()


class TestProcessRecorder(_OnOurDatastore, library.ProcessRecorderTestCase):
    def create_recorder(self) -> GroupProcessRecorder:
        recorder = GroupProcessRecorder(self.datastore)
        recorder.create_table()
        return recorder


class TestTrackingRecorder(_OnOurDatastore, library.TrackingRecorderTestCase):
    def create_recorder(self) -> GroupProcessRecorder:
        recorder = GroupProcessRecorder(self.datastore)
        recorder.create_table()
        return recorder


class TestNonInterleavingNotificationIDs(
    _OnOurDatastore, library.NonInterleavingNotificationIDsBaseCase
):
    insert_num = 1000

    def create_recorder(self) -> GroupApplicationRecorder:
        recorder = GroupApplicationRecorder(self.datastore)
        recorder.create_table()
        return recorder


class TestFactory(_OnOurDatastore):
    def test_the_library_builds_our_recorders(self) -> None:
        path = str(Path(self._folder.name) / "other.sqlite")
        factory = Factory(Environment("service", {"SQLITE_DBNAME": path}))
        self.assertIsInstance(factory.application_recorder(), GroupApplicationRecorder)
        self.assertIsInstance(factory.process_recorder(), GroupProcessRecorder)
        factory.close()
