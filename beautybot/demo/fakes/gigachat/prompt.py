"""Both chat contracts read into one `Prompt`, refused where GigaChat refuses."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from beautybot.demo.fakes.gigachat.dialect import Refused, check_function

_V1_ROLES = ("system", "user", "assistant", "function")
_V2_ROLES = ("system", "user", "assistant", "tool")


@dataclass(frozen=True, slots=True)
class Turn:
    """One message, its parts joined."""

    role: str
    text: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """
    What the model was asked.

    `schema` is what the answer must fit: of `response_format`, or of the forced
    `function`.  `session` is the X-Session-ID.
    """

    version: int
    model: str
    turns: Sequence[Turn]
    schema: Mapping[str, Any] | None = None
    function: str = ""
    max_tokens: int | None = None
    stream: bool = False
    session: str = ""
    credential: str = ""

    @property
    def system(self) -> str:
        """The system message, or nothing."""
        return next((t.text for t in self.turns if t.role == "system"), "")

    @property
    def last_user(self) -> str:
        """What the user said last."""
        return next((t.text for t in reversed(self.turns) if t.role == "user"), "")

    @property
    def text(self) -> str:
        """Everything that was sent, for searching."""
        return "\n".join(t.text for t in self.turns)


def read_prompt(body: Any, version: int, *, json_schema: bool) -> Prompt:
    """The prompt of a request body; Refused with its status otherwise."""
    if not isinstance(body, dict):
        raise Refused(400, "Bad Request: body is not a JSON object")
    if not isinstance(body.get("model"), str):
        raise Refused(422, "Invalid params: model is required")
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise Refused(422, "Invalid params: messages must be a non-empty array")
    options = body if version == 1 else _object(body, "model_options")
    _check_sampling(options)
    turns = _turns_v1(messages) if version == 1 else _turns_v2(messages)
    function, schema = _forced_v1(body) if version == 1 else _forced_v2(body)
    if schema is None:
        schema = _schema_of(options.get("response_format"), json_schema=json_schema)
    return Prompt(
        version,
        body["model"],
        turns,
        schema,
        function,
        options.get("max_tokens"),
        bool(body.get("stream")),
    )


def _check_sampling(options: Mapping[str, Any]) -> None:
    temperature = options.get("temperature")
    if temperature is not None and not (
        isinstance(temperature, int | float) and 0 < temperature <= 2
    ):
        raise Refused(422, "Invalid params: temperature must be greater than 0")
    limit = options.get("max_tokens")
    if limit is not None and (not isinstance(limit, int) or limit < 1):
        raise Refused(422, "Invalid params: max_tokens must be positive")


def _turns_v1(messages: Sequence[Any]) -> list[Turn]:
    turns: list[Turn] = []
    awaited = ""
    for place, message in enumerate(messages):
        role = message.get("role") if isinstance(message, dict) else None
        content = message.get("content", "") if isinstance(message, dict) else None
        if role not in _V1_ROLES or not isinstance(content, str):
            raise Refused(422, "Invalid params: unknown role or content is not a string")
        if role == "system" and place:
            raise Refused(422, "Invalid params: system message must be the first message")
        if awaited and role != "function":
            raise Refused(422, f"Invalid params: result of function {awaited} is missing")
        if role == "function":
            _check_function_result(content)
        call = message.get("function_call")
        awaited = str(call.get("name")) if isinstance(call, dict) else ""
        turns.append(Turn(role, content))
    return turns


def _check_function_result(content: str) -> None:
    try:
        result = json.loads(content)
    except ValueError:
        result = None
    if not isinstance(result, dict):
        raise Refused(422, "Invalid params: function result must be a JSON object as a string")


def _turns_v2(messages: Sequence[Any]) -> list[Turn]:
    turns: list[Turn] = []
    for message in messages:
        role = message.get("role") if isinstance(message, dict) else None
        parts = message.get("content", []) if isinstance(message, dict) else None
        if role not in _V2_ROLES:
            raise Refused(422, f"Invalid params: unknown role {role!r}")
        if not isinstance(parts, list) or not all(isinstance(p, dict) for p in parts):
            raise Refused(400, "Bad Request: content must be an array of parts")
        turns.append(Turn(role, "".join(str(p.get("text") or "") for p in parts)))
    return turns


def _forced_v1(body: Mapping[str, Any]) -> tuple[str, Mapping[str, Any] | None]:
    functions: dict[str, Any] = {}
    for function in _array(body, "functions"):
        check_function(function)
        functions[function["name"]] = function
    choice = body.get("function_call")
    if not isinstance(choice, dict):
        return "", None
    if str(choice.get("name")) not in functions:
        raise Refused(422, "Invalid params: function_call names an unknown function")
    return str(choice["name"]), functions[choice["name"]]["parameters"]


def _forced_v2(body: Mapping[str, Any]) -> tuple[str, Mapping[str, Any] | None]:
    specifications: dict[str, Any] = {}
    for tool in _array(body, "tools"):
        if not isinstance(tool, dict):
            raise Refused(422, "Invalid params: a tool must be an object")
        for one in _array(_object(tool, "functions"), "specifications"):
            check_function(one)
            specifications[one["name"]] = one
    config = _object(body, "tool_config")
    if config.get("mode") != "forced" or "function_name" not in config:
        return "", None
    name = str(config["function_name"])
    if name not in specifications:
        raise Refused(422, "Invalid params: tool_config names an unknown function")
    return name, specifications[name]["parameters"]


def _object(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = body.get(name) or {}
    if not isinstance(value, dict):
        raise Refused(422, f"Invalid params: {name} must be an object")
    return value


def _array(body: Mapping[str, Any], name: str) -> Sequence[Any]:
    value = body.get(name) or []
    if not isinstance(value, list):
        raise Refused(422, f"Invalid params: {name} must be an array")
    return value


def _schema_of(form: Any, *, json_schema: bool) -> Mapping[str, Any] | None:
    if not isinstance(form, dict) or form.get("type") in (None, "text"):
        return None
    if form.get("type") != "json_schema" or not isinstance(form.get("schema"), dict):
        raise Refused(422, "Invalid params: response_format needs type json_schema and a schema")
    if not json_schema:
        raise Refused(422, "Invalid params: response_format is not supported for this account")
    schema: Mapping[str, Any] = form["schema"]
    return schema
