"""A complaint about Knot Coach is not overheard, and nobody else's is taken for one."""

from collections.abc import Iterator
import logging

import pytest

from dev.house.logs import Complaints


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    complaints = Complaints()
    root = logging.getLogger()
    root.addHandler(complaints)
    yield complaints
    root.removeHandler(complaints)


def test_ours_are_kept(complaints: Complaints) -> None:
    logging.getLogger("custom_components.knot_coach.heater").warning("It does not answer")
    logging.getLogger("homeassistant.helpers.frame").warning("Detected that 'knot_coach' …")
    logging.getLogger("py.warnings").warning("RuntimeWarning: coroutine 'x' was never awaited")
    assert [complaint.level for complaint in complaints.found] == ["WARNING"] * 3


def knot_coach_fails() -> None:
    raise ValueError("Nobody says whose this is")


def test_a_traceback_tells_whose_it_was(complaints: Complaints) -> None:
    try:
        knot_coach_fails()
    except ValueError:
        logging.getLogger("homeassistant").exception("Error doing job")
    (complaint,) = complaints.found
    assert complaint.message == "Error doing job"


def test_others_are_not(complaints: Complaints) -> None:
    logging.getLogger("homeassistant.components.ffmpeg").error("There is no ffmpeg")
    logging.getLogger("homeassistant.loader").warning("knot_coach has not been tested")
    logging.getLogger("custom_components.knot_coach").info("All is well")
    assert complaints.found == []
