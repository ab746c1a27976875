"""Language models for tests: what they are given by the real interface, and one that talks in a room."""

from dataclasses import dataclass, field
from typing import Any, override

from homeassistant.components import conversation
from homeassistant.components.conversation import DOMAIN as CONVERSATION
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import intent, llm
import probatio  # noqa: TID251 - the name under which it makes schemas for language models
import voluptuous as vol

from custom_components.knot_coach.const import DOMAIN
from tests.voice_stack import FakeLLM, FakeSatellite, device_of

START, CONTROL, FEEDBACK, STATUS, REHEARSE = (
    f"{DOMAIN}__{name}" for name in ("start", "control", "feedback", "status", "rehearse")
)
NAMES = {START, CONTROL, FEEDBACK, STATUS, REHEARSE}


@dataclass
class Assistant:
    """A language model that is let in by a person, and calls tools as it pleases."""

    hass: HomeAssistant
    satellite: FakeSatellite | None = None
    """Where it is spoken to; none for a client of the Model Context Protocol."""
    assistant: str = CONVERSATION
    context: Context = field(default_factory=Context)
    language: str = "en"

    async def api(self, api_id: str = llm.LLM_API_ASSIST) -> llm.APIInstance:
        """Return what it is given for one turn."""
        device_id = device_of(self.hass, self.satellite) if self.satellite else None
        asked = llm.LLMContext("test", self.context, self.language, self.assistant, device_id)
        return await llm.async_get_api(self.hass, api_id, asked)

    async def tools(self) -> dict[str, llm.Tool]:
        """Return the coach's tools by name."""
        tools = (await self.api()).tools
        return {tool.name: tool for tool in tools if tool.integration == DOMAIN}

    async def prompt(self) -> str:
        """Return what it is told beforehand."""
        return (await self.api()).api_prompt

    async def call(self, tool: str, /, **arguments: Any) -> llm.ToolResult:  # noqa: ANN401 - what JSON holds
        """Call a tool."""
        return await (await self.api()).async_call_tool(llm.ToolInput(tool, arguments))

    async def do(self, tool: str, /, **arguments: Any) -> dict[str, Any]:  # noqa: ANN401 - what JSON holds
        """Call a tool that must not refuse; return what it tells."""
        result = await self.call(tool, **arguments)
        assert not result.error, result.data
        return dict(result.data)

    async def refused(self, tool: str, /, **arguments: Any) -> str:  # noqa: ANN401 - what JSON holds
        """Call a tool that must refuse in words; return why."""
        result = await self.call(tool, **arguments)
        assert result.error, result.data
        assert " " in str(result.data["error_text"])
        assert "{" not in str(result.data["error_text"])
        return str(result.data["error"])

    async def try_everything(self) -> None:
        """Call every tool with everything that it offers, whatever comes of it."""
        for name, tool in (await self.tools()).items():
            for arguments in offers(tool):
                try:
                    await self.call(name, **arguments)
                except vol.Invalid:
                    continue


def schema_of(tool: llm.Tool) -> dict[str, Any]:
    """Return the parameters of a tool as `mcp_server` shows them to its clients."""
    schema: dict[str, Any] = probatio.to_openapi(
        tool.parameters, custom_serializer=llm.selector_serializer, openapi_version="3.1.0"
    )
    return schema


def offers(tool: llm.Tool) -> list[dict[str, Any]]:
    """Return calls of a tool: one for each value that its parameters list."""
    return [
        {key: value}
        for key, about in schema_of(tool)["properties"].items()
        for value in about.get("enum", WORDS.get(key, []))
    ]


WORDS: dict[str, list[Any]] = {
    "text": [
        *(
            "yes",
            "no",
            "no, nothing new",
            "I'm fine",
            "it's unplugged",
            "dull",
            "normal",
            "go ahead",
        ),
        *("never mind", "resume", "harder", "next", "not sure", "louder", "keep going"),
    ],
    "score": [0, 3],
    "stretch_only": [True],
    "minutes": [5],
    "routine": ["quick left neck"],
}


class ToolAgent(FakeLLM):
    """An agent that calls the tools that a test tells it to, by the real chat log."""

    def __init__(self) -> None:
        super().__init__()
        self.plans: list[tuple[str, dict[str, Any]]] = []
        """What it calls in the next turns, one in each."""
        self.results: list[llm.ToolResult] = []
        self.prompts: list[str] = []

    @override
    async def _async_handle_message(
        self, user_input: conversation.ConversationInput, chat_log: conversation.ChatLog
    ) -> conversation.ConversationResult:
        if not self.plans:
            return await super()._async_handle_message(user_input, chat_log)
        self.inputs.append(user_input)
        context = user_input.as_llm_context(CONVERSATION)
        await chat_log.async_provide_llm_data(context, llm.LLM_API_ASSIST)
        assert chat_log.llm_api is not None
        self.prompts.append(chat_log.llm_api.api_prompt)
        name, arguments = self.plans.pop(0)
        thought = conversation.AssistantContent(
            agent_id=self.entity_id, tool_calls=[llm.ToolInput(name, arguments)]
        )
        self.results += [
            content.result async for content in chat_log.async_add_assistant_content(thought)
        ]
        chat_log.async_add_assistant_content_without_tools(
            conversation.AssistantContent(agent_id=self.entity_id, content="Here we go.")
        )
        response = intent.IntentResponse(language=user_input.language)
        response.async_set_speech("Here we go.")
        return conversation.ConversationResult(
            response=response,
            conversation_id=chat_log.conversation_id,
            continue_conversation=self.continues,
        )
