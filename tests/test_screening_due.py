"""Health answers that are missing or too old: nothing starts, and a repair issue says what to do."""

from collections.abc import Mapping
from datetime import timedelta
import json
from pathlib import Path
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.knot_coach import screening_due
from custom_components.knot_coach.const import DOMAIN, Conf
from custom_components.knot_coach.screening_due import forget_screening
from tests.house import House, coach_entry, set_up
from tests.virtual_clock import VirtualClock

WORDS: Final[Mapping[str, Any]] = json.loads(
    (Path(screening_due.__file__).parent / "translations" / "en.json").read_text()
)


def days_ago(days: int) -> str:
    return (dt_util.now().date() - timedelta(days=days)).isoformat()


def issue_of(hass: HomeAssistant, entry: MockConfigEntry) -> ir.IssueEntry | None:
    return ir.async_get(hass).async_get_issue(DOMAIN, f"screening_due_{entry.entry_id}")


@pytest.fixture(name="house")
def house_fixture(hass: HomeAssistant, virtual_time: VirtualClock) -> House:
    return House(hass, virtual_time)


async def answer(house: House, **answers: object) -> None:
    """Give the health answers in the options, as a person does."""
    flow = house.hass.config_entries.options
    result = await flow.async_init(house.entry.entry_id)
    result = await flow.async_configure(result["flow_id"], {"next_step_id": "screening"})
    await flow.async_configure(result["flow_id"], {"acknowledged": True, **answers})
    await house.hass.async_block_till_done()


async def start(house: House) -> None:
    await house.hass.services.async_call(
        DOMAIN, "start_session", {"area": "forearm", "side": "left"}, blocking=True
    )


async def refused(house: House) -> str | None:
    """Try to start a session, and return the key of the reason why it cannot be."""
    with pytest.raises(ServiceValidationError) as refusal:
        await start(house)
    return refusal.value.translation_key


async def test_answers_that_hold(house: House) -> None:
    await house.build()
    assert issue_of(house.hass, house.entry) is None


@pytest.mark.parametrize(
    "options",
    [
        {Conf.SCREENED_ON: None},
        {Conf.ACKNOWLEDGED_ON: None},
        {Conf.SCREENED_ON: days_ago(100)},
        {Conf.SCREENED_ON: days_ago(-2)},
    ],
)
async def test_answers_that_do_not_hold(house: House, options: Mapping[str, Any]) -> None:
    await house.build(options=options)
    issue = issue_of(house.hass, house.entry)
    assert issue is not None
    assert issue.severity is ir.IssueSeverity.WARNING
    assert not issue.is_fixable
    assert issue.translation_key == "screening_due"
    assert issue.translation_placeholders == {"name": "Sam"}
    assert await refused(house) == "screening_expired"

    await answer(house, findings=[])
    assert issue_of(house.hass, house.entry) is None
    await start(house)


def test_the_issue_says_where_to_answer() -> None:
    said = WORDS["issues"]["screening_due"]
    menu = WORDS["options"]["step"]["init"]["menu_options"]["screening"]
    for part in ("Settings", "Devices & services", "Configure", menu):
        assert part in said["description"]
    assert said["title"].format(name="Sam") == "Sam asks for your health answers"


async def test_answers_that_grow_too_old(house: House) -> None:
    await house.build(options={Conf.SCREENED_ON: days_ago(90)})
    assert issue_of(house.hass, house.entry) is None
    midnight = dt_util.start_of_local_day(dt_util.now() + timedelta(days=1))
    left = (midnight - dt_util.now()).total_seconds()
    await house.clock.advance(left - 1)
    assert issue_of(house.hass, house.entry) is None
    await house.clock.advance(2)
    assert issue_of(house.hass, house.entry) is not None
    assert await refused(house) == "screening_expired"
    await house.clock.advance(24 * 3600)
    assert issue_of(house.hass, house.entry) is not None
    await answer(house, findings=[])
    assert issue_of(house.hass, house.entry) is None


async def test_each_coach_asks_for_its_own(house: House) -> None:
    await house.build(options={Conf.SCREENED_ON: days_ago(100)})
    other = coach_entry(house.hass, house.kitchen.entity_id, name="Anna", room="Kitchen")
    await set_up(house.hass, other)
    assert issue_of(house.hass, house.entry) is not None
    assert issue_of(house.hass, other) is None
    forget_screening(house.hass, other)
    await house.hass.async_block_till_done()
    theirs = issue_of(house.hass, other)
    assert theirs is not None
    assert theirs.translation_placeholders == {"name": "Anna"}


async def test_a_coach_that_goes_takes_its_issue_along(house: House) -> None:
    await house.build(options={Conf.SCREENED_ON: None})
    assert await house.hass.config_entries.async_remove(house.entry.entry_id)
    assert issue_of(house.hass, house.entry) is None


async def test_forgotten_answers_are_shown_and_hold_no_more(house: House) -> None:
    await house.build(options={Conf.FINDINGS: ["vibration"]})
    forget_screening(house.hass, house.entry)
    forget_screening(house.hass, house.entry)
    await house.hass.async_block_till_done()
    assert house.entry.options[Conf.FINDINGS] == ["vibration"]
    assert Conf.SCREENED_ON not in house.entry.options
    assert issue_of(house.hass, house.entry) is not None
    assert await refused(house) == "screening_expired"
    await answer(house, findings=["vibration"])
    assert issue_of(house.hass, house.entry) is None
    await start(house)


async def test_my_health_has_changed_said_aloud(house: House) -> None:
    """Voice takes the answers' validity away, and nothing but the form gives it back."""
    await house.build()
    await house.say("my health has changed")
    await house.hass.async_block_till_done()
    assert issue_of(house.hass, house.entry) is not None
    assert await refused(house) == "screening_expired"
    await house.say("my health is fine")
    assert await refused(house) == "screening_expired"
    await answer(house, findings=[])
    await start(house)
