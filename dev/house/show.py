"""The demonstration from the first light to the last file."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
import shutil
import traceback
from typing import Final

from homeassistant.const import Platform
from homeassistant.helpers.event import async_track_time_interval

from .clock import SkippingLoop
from .coach import SESSION, add_coach, coach_entity
from .house import DEMO, House, free_port, furnish, open_house
from .logs import Complaints
from .measure import measure
from .person import Person
from .timeline import Timeline
from .witness import Witness

TICK: Final = timedelta(seconds=0.5)
"""How often the line of progress is drawn anew."""
ENDING: Final = 5.0
"""Seconds within which the event entity must tell how a session ended."""
LOG: Final = "home-assistant.log"


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for on the command line."""

    area: str
    length: str
    heat: bool
    stay: bool
    fast: bool
    output: Path

    @property
    def sentence(self) -> str:
        """What is said to begin."""
        return f"start {self.length} {self.area} knot routine"


class Show:
    """One demonstration; `run` is called once."""

    def __init__(
        self, options: Options, config: Path, loop: SkippingLoop, complaints: Complaints
    ) -> None:
        self._options = options
        self._config = config
        self._loop = loop
        self._complaints = complaints
        self._timeline = Timeline()
        self._problems: list[str] = []
        self._written: list[str] = []

    async def run(self, stop: asyncio.Event) -> int:
        """Play, and return the exit code; `stop` ends it early and in good order."""
        options, timeline = self._options, self._timeline
        await asyncio.to_thread(self._prepare)
        port = await asyncio.to_thread(free_port)
        await asyncio.to_thread(furnish, self._config, port)
        timeline.show("Starting Home Assistant …")
        async with open_house(self._config, port) as house:
            timeline.show(f"Home Assistant runs on {house.url}")
            if options.stay:
                timeline.show(f"  log in as {house.user} with the password {house.password}")
            await self._until(stop, self._play(house))
            if options.stay and not stop.is_set():
                timeline.show(f"The house stays open on {house.url} until Ctrl-C.")
                await stop.wait()
            compress = house.room.compress
            timeline.show("Stopping Home Assistant …")
        await asyncio.to_thread(self._keep_log)
        return self._verdict(heat_is_on=compress.is_on)

    def _prepare(self) -> None:
        self._options.output.mkdir(parents=True, exist_ok=True)

    async def _until(self, stop: asyncio.Event, work: object) -> None:
        """Work until it is done or stopped."""
        playing = asyncio.ensure_future(work)  # type: ignore[call-overload]
        stopping = asyncio.ensure_future(stop.wait())
        await asyncio.wait({playing, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not playing.done():
            self._problems.append("the session was interrupted")
            playing.cancel()
        try:
            await playing
        except asyncio.CancelledError:
            return
        except Exception:  # noqa: BLE001 - whatever went wrong, the house is closed and the heat looked at
            self._timeline.show(traceback.format_exc())
            self._problems.append("the demonstration itself failed, as told above")

    async def _play(self, house: House) -> None:
        coach = await add_coach(house)
        witness = self._witness(house, coach)
        person = Person(
            house.hass,
            house.satellite,
            coach_entity(house, coach, SESSION),
            witness.said,
            heat=self._options.heat,
        )
        house.room.recording.restart()
        stop_watching = witness.watch()
        try:
            with self._skipping(), self._ticking(house):
                await person.start(self._options.sentence)
                await person.accompany()
                await asyncio.wait_for(witness.ended.wait(), ENDING)
        except TimeoutError:
            self._problems.append("the session did not begin, or did not end")
        finally:
            stop_watching()
            await asyncio.to_thread(self._write, house)
        if witness.outcome == "finished":
            measured = await asyncio.to_thread(measure, self._options.output)
            self._timeline.show(f"Measured: {measured.summary}.")
            self._problems += measured.problems
        elif not self._problems:
            self._problems.append(f"the session ended as {witness.outcome}")

    def _witness(self, house: House, coach: str) -> Witness:
        return Witness(
            house,
            self._timeline,
            session=coach_entity(house, coach, SESSION),
            event=coach_entity(house, coach, SESSION, Platform.EVENT),
            switch=house.entity_id(Platform.SWITCH, DEMO, "compress"),
            heat=house.entity_id(Platform.SENSOR, DEMO, "compress_temperature"),
        )

    @contextmanager
    def _skipping(self) -> Iterator[None]:
        self._loop.skipping = self._options.fast
        try:
            yield
        finally:
            self._loop.skipping = False

    @contextmanager
    def _ticking(self, house: House) -> Iterator[None]:
        stop = async_track_time_interval(
            house.hass, lambda _: self._timeline.tick(house.room.recording.now), TICK
        )
        try:
            yield
        finally:
            stop()

    def _write(self, house: House) -> None:
        recording, output = house.room.recording, self._options.output
        recording.write(output / "session.wav", recording.now)
        self._timeline.write(output)
        self._written += ("session.wav", "timeline.txt", "timeline.jsonl")
        for first, second in recording.overlaps():
            self._problems.append(f"two lines at once: “{first.words}” and “{second.words}”")

    def _keep_log(self) -> None:
        shutil.copyfile(self._config / LOG, self._options.output / LOG)
        self._written.append(LOG)

    def _verdict(self, *, heat_is_on: bool) -> int:
        show = self._timeline.show
        show(f"The compress is {'ON' if heat_is_on else 'off'}.")
        if heat_is_on:
            self._problems.append("the heat was left on")
        for complaint in self._complaints.found:
            first, *_ = complaint.message.splitlines()
            self._problems.append(f"{complaint.level} of {complaint.logger}: {first} (see {LOG})")
        show(f"Written to {self._options.output}: {', '.join(self._written)}")
        for problem in self._problems:
            show(f"Problem: {problem}")
        return 1 if self._problems else 0
