"""What all tests share.

`tests/massage` also runs where Home Assistant is not installed, so nothing here may need it to be
imported.
"""

import asyncio
from collections.abc import AsyncGenerator
from importlib.util import find_spec
import os
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, Phase, settings
import pytest

from tests.figures import figures, pytest_terminal_summary

if TYPE_CHECKING:
    from tests.virtual_clock import VirtualClock

__all__ = ["figures", "pytest_terminal_summary"]

HAS_HOME_ASSISTANT = find_spec("homeassistant") is not None
if HAS_HOME_ASSISTANT:
    # The `hass` fixture puts its own `custom_components` on the path; the first import wins.
    import freezegun
    from homeassistant.util import executor

    from custom_components.knot_coach.voice import grammars

    # A house that closes gives each of its threads a fraction of this many seconds to end, then raises
    # in it. On a busy machine one that only collects garbage takes longer: not what a test is about.
    executor.EXECUTOR_SHUTDOWN_TIMEOUT = 120
    # In one process thousands of houses come and go, and most have the same few names.
    grammars.KEPT = 20

    # How long an example took is measured on the real clock: minutes of virtual time are not slow.
    freezegun.configure(extend_ignore_list=["hypothesis"])

settings.register_profile("default", deadline=None, print_blob=True)
settings.register_profile(
    "quick", settings.get_profile("default"), max_examples=20, derandomize=True
)
settings.register_profile(
    "thorough",
    settings.get_profile("default"),
    max_examples=2000,
    suppress_health_check=[HealthCheck.too_slow],
)
# For scripts/mutants: whether there is a failure matters, and no word about it.
settings.register_profile(
    "mutants",
    settings.get_profile("default"),
    derandomize=True,
    max_examples=250,
    phases=[Phase.explicit, Phase.generate],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(autouse=True)
def knot_coach_can_be_loaded(request: pytest.FixtureRequest) -> None:
    """Let Home Assistant load the integration from this checkout, in every test that runs one."""
    if "hass" not in request.fixturenames:
        return
    if "recorder_mock" in request.fixturenames:
        # It must be there before `hass` is, and asking for custom integrations makes `hass`.
        request.getfixturevalue("recorder_mock")
    request.getfixturevalue("enable_custom_integrations")


if HAS_HOME_ASSISTANT:

    @pytest.fixture
    def hass_config_dir(hass_tmp_config_dir: str) -> str:
        """Give every test a folder of its own: synthesised speech is cached in it for good."""
        return hass_tmp_config_dir

    @pytest.fixture(autouse=True)
    async def enable_event_loop_debug(request: pytest.FixtureRequest) -> None:
        """Let asyncio look for calls from the wrong thread, with the newest Home Assistant alone.

        It notes for each future where it was made, which is a third of the time that all tests take.
        """
        newest = request.config.pluginmanager.hasplugin("newest_home_assistant")
        asyncio.get_running_loop().set_debug(newest)


@pytest.fixture
async def virtual_time(request: pytest.FixtureRequest) -> AsyncGenerator[VirtualClock]:
    """Run the test's loop in virtual time; see `tests/virtual_clock.py`.

    It moves the wall clock itself, so it does not go together with `freezer`.
    """
    from tests.virtual_clock import VirtualClock  # noqa: PLC0415 - needs the plugin's freezegun

    assert "freezer" not in request.fixturenames, "virtual_time moves the wall clock itself"
    with VirtualClock() as clock:
        yield clock
