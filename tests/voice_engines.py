"""Engines for tests: one that speaks, one that listens, one that thinks.

See `tests/voice_stack.py`.
"""

import asyncio
from collections.abc import AsyncIterable
import io
from typing import Any, Final, Literal, override
import wave

from homeassistant.components import conversation, stt, tts
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import intent

SAMPLE_RATE: Final = 8000
SECONDS_PER_WORD: Final = 0.4
"""Not the pace that the product expects of a voice, so that a test can tell the two apart."""


def clip_seconds(text: str) -> float:
    """Return how long the fake voice speaks a text."""
    return len(text.split()) * SECONDS_PER_WORD


def wav(text: str, seconds: float | None = None) -> bytes:
    """Return a clip of a text; its samples spell the text, so that it can be heard again."""
    buffer = io.BytesIO()
    seconds = clip_seconds(text) if seconds is None else seconds
    samples = text.encode().ljust(2 * round(seconds * SAMPLE_RATE), b"\0")
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(samples)
    return buffer.getvalue()


async def listen(hass: HomeAssistant, token: str) -> tuple[str, float]:
    """Fetch a synthesised clip as a device does; return what it says and how long it is.

    Silence around the words is part of the length.

    Raises what the engine raised.
    """
    stream = tts.async_get_stream(hass, token)
    assert stream is not None, "the clip is gone"
    data = b"".join([chunk async for chunk in stream.async_stream_result()])
    with wave.open(io.BytesIO(data)) as file:
        frames = file.getnframes()
        return file.readframes(frames).strip(b"\0").decode(), frames / file.getframerate()


class FakeTTS(tts.TextToSpeechEntity):
    """An engine whose clips are as long as their words."""

    def __init__(self, key: str = "voice") -> None:
        self._attr_unique_id = f"tts_{key}"
        self._attr_name = f"TTS {key}"
        self._attr_default_language = "en"
        self._attr_supported_languages = ["en", "de"]
        # A wish for a sample rate would need ffmpeg even if it were supported here.
        self._attr_supported_options = [tts.ATTR_VOICE, tts.ATTR_PREFERRED_FORMAT]
        self._attr_default_options = {tts.ATTR_PREFERRED_FORMAT: "wav"}
        self.calls: list[tuple[str, str, dict[str, Any]]] = []
        """Text, language and options of what was really synthesised, not found in a cache."""
        self.made: dict[str, float] = {}
        """When the clip of a text was ready, in the loop's time."""
        self.delay = 0.0
        self.broken: set[str] | bool = False
        """Texts that cannot be synthesised; True for all."""
        self.loses: set[int] = set()
        """Which of the texts it is asked for, counted from 1, it can never synthesise."""
        self.lengths: dict[str, float] = {}
        """Seconds of the clip of a text; 0.4 a word where none are given."""

    @override
    def async_get_supported_voices(self, language: str) -> list[tts.Voice]:
        return [tts.Voice("calm", "Calm"), tts.Voice("brisk", "Brisk")]

    @override
    async def async_get_tts_audio(
        self, message: str, language: str, options: dict[str, Any]
    ) -> tts.TtsAudioType:
        self.calls.append((message, language, dict(options)))
        if len({text for text, _, _ in self.calls}) in self.loses and self.broken is not True:
            self.broken = {message, *(self.broken or ())}
            self.loses.discard(len({text for text, _, _ in self.calls}))
        if self.delay:
            await asyncio.sleep(self.delay)
        if self.broken is True or (self.broken and message in self.broken):
            raise HomeAssistantError("The voice is lost")
        self.made.setdefault(message, self.hass.loop.time())
        return "wav", wav(message, self.lengths.get(message))

    def seconds(self, text: str) -> float:
        """Return how long its clip of a text is."""
        return self.lengths.get(text, clip_seconds(text))


class FakeSTT(stt.SpeechToTextEntity):
    """An engine that hears what `text` says, or nothing."""

    _attr_unique_id = "stt"
    _attr_name = "STT"

    def __init__(self) -> None:
        self.text: str | None = None

    @property
    @override
    def supported_languages(self) -> list[str]:
        return ["en", "de"]

    @property
    @override
    def supported_formats(self) -> list[stt.AudioFormats]:
        return [stt.AudioFormats.WAV]

    @property
    @override
    def supported_codecs(self) -> list[stt.AudioCodecs]:
        return [stt.AudioCodecs.PCM]

    @property
    @override
    def supported_bit_rates(self) -> list[stt.AudioBitRates]:
        return [stt.AudioBitRates.BITRATE_16]

    @property
    @override
    def supported_sample_rates(self) -> list[stt.AudioSampleRates]:
        return [stt.AudioSampleRates.SAMPLERATE_16000]

    @property
    @override
    def supported_channels(self) -> list[stt.AudioChannels]:
        return [stt.AudioChannels.CHANNEL_MONO]

    @override
    async def async_process_audio_stream(
        self, metadata: stt.SpeechMetadata, stream: AsyncIterable[bytes]
    ) -> stt.SpeechResult:
        async for _ in stream:
            pass
        if self.text is None:
            return stt.SpeechResult(None, stt.SpeechResultState.ERROR)
        return stt.SpeechResult(self.text, stt.SpeechResultState.SUCCESS)


class FakeLLM(conversation.ConversationEntity):
    """An agent that takes every text for itself."""

    _attr_name = "LLM"
    _attr_unique_id = "llm"
    _attr_supported_features = conversation.ConversationEntityFeature.CONTROL

    def __init__(self) -> None:
        self.inputs: list[conversation.ConversationInput] = []
        self.continues = False

    @property
    @override
    def supported_languages(self) -> list[str] | Literal["*"]:
        return "*"

    @override
    async def _async_handle_message(
        self, user_input: conversation.ConversationInput, chat_log: conversation.ChatLog
    ) -> conversation.ConversationResult:
        self.inputs.append(user_input)
        # Home Assistant takes an answer that ends like this for a question.
        speech = f"I think: {user_input.text}" + ("?" if self.continues else "")
        chat_log.async_add_assistant_content_without_tools(
            conversation.AssistantContent(agent_id=self.entity_id, content=speech)
        )
        response = intent.IntentResponse(language=user_input.language)
        response.async_set_speech(speech)
        return conversation.ConversationResult(
            response=response,
            conversation_id=chat_log.conversation_id,
            continue_conversation=self.continues,
        )
