"""One durable write after another, without a thread that waits for either."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

T = TypeVar("T")


def then(first: "Future[Any]", second: Callable[[], "Future[T]"]) -> "Future[T]":
    """Return a future of `second`, which is begun when `first` has ended well."""
    result: Future[T] = Future()

    def pass_on(future: "Future[T]") -> None:
        if error := future.exception():
            result.set_exception(error)
        else:
            result.set_result(future.result())

    def go_on(future: "Future[Any]") -> None:
        if error := future.exception():
            result.set_exception(error)
            return
        try:
            second().add_done_callback(pass_on)
        except Exception as error:
            result.set_exception(error)

    first.add_done_callback(go_on)
    return result
