"""A thought written in one of the two contracts, whole or as server-sent events."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from beautybot.demo.fakes.gigachat.brains import Thought
from beautybot.demo.fakes.gigachat.prompt import Prompt
from beautybot.demo.fakes.wire import Answer


@dataclass(frozen=True, slots=True)
class Spent:
    """Tokens of one call; cached ones are not billed."""

    prompt: int
    completion: int
    cached: int


def tokens(text: str) -> int:
    """A fair guess: three and a half characters a token."""
    return -(-len(text) * 2 // 7)


def answer_of(
    prompt: Prompt, thought: Thought, *, cached: int, created: int, headers: Mapping[str, str]
) -> Answer:
    """The HTTP answer for a thought."""
    text, arguments = _content(prompt, thought)
    finish = thought.finish or ("function_call" if arguments is not None else "stop")
    if prompt.max_tokens and tokens(text) > prompt.max_tokens:
        text, finish = text[: prompt.max_tokens * 7 // 2], "length"
    asked = sum(tokens(t.text) for t in prompt.turns)
    spent = Spent(asked, tokens(text or _dumped(arguments)), min(cached, asked))
    name = thought.function or prompt.function
    call = None if arguments is None else {"name": name, "arguments": arguments}
    shape = _v1 if prompt.version == 1 else _v2
    body = shape(prompt, text, call, finish, spent) | {"created": created}
    if prompt.stream:
        return Answer(200, _events(prompt, body), "text/event-stream; charset=utf-8", headers)
    return Answer(200, _dumped(body).encode("utf-8"), headers=headers)


def _content(prompt: Prompt, thought: Thought) -> tuple[str, Any]:
    if thought.data is None or thought.text:
        return thought.text, None
    if prompt.function:
        arguments = thought.data
        return "", _dumped(arguments) if thought.arguments_as_text else arguments
    return json.dumps(thought.data, ensure_ascii=False, indent=2), None


def _v1(
    prompt: Prompt, text: str, call: Mapping[str, Any] | None, finish: str, spent: Spent
) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": text}
    if call:
        message |= {"function_call": call, "functions_state_id": "77d3fb14-457a-46ba-937e-8d856156"}
    return {
        "choices": [{"message": message, "index": 0, "finish_reason": finish}],
        "model": f"{prompt.model}:2.0.30.01",
        "object": "chat.completion",
        "usage": {
            "prompt_tokens": spent.prompt,
            "completion_tokens": spent.completion,
            "total_tokens": spent.prompt + spent.completion - spent.cached,
            "precached_prompt_tokens": spent.cached,
        },
    }


def _v2(
    prompt: Prompt, text: str, call: Mapping[str, Any] | None, finish: str, spent: Spent
) -> dict[str, Any]:
    part: dict[str, Any] = {"function_call": call} if call else {"text": text}
    message: dict[str, Any] = {"role": "assistant", "content": [part]}
    if call:
        message["tool_state_id"] = "77d3fb14-457a-46ba-937e-8d856156"
    return {
        "model": f"{prompt.model}:2.0.30.01",
        "messages": [message],
        "finish_reason": finish,
        "usage": {
            "input_tokens": spent.prompt,
            "input_tokens_details": {
                "prompt_tokens": spent.prompt - spent.cached,
                "cached_tokens": spent.cached,
            },
            "output_tokens": spent.completion,
            "total_tokens": spent.prompt + spent.completion - spent.cached,
        },
    }


def _events(prompt: Prompt, body: dict[str, Any]) -> bytes:
    head = {"model": body["model"], "created": body["created"]}
    lines: list[str] = []
    if prompt.version == 1:
        choice = body["choices"][0]
        head["object"] = "chat.completion"
        for delta, finish in (
            (choice["message"], None),
            ({"content": ""}, choice["finish_reason"]),
        ):
            chunk = {"choices": [{"delta": delta, "index": 0, "finish_reason": finish}]}
            lines.append(f"data: {_dumped(chunk | head)}\n\n")
        lines.append("data: [DONE]\n\n")
    else:
        delta = {"messages": body["messages"], **head}
        done = {"finish_reason": body["finish_reason"], "usage": body["usage"], **head}
        lines.append(f"event: response.message.delta\ndata: {_dumped(delta)}\n\n")
        lines.append(f"event: response.message.done\ndata: {_dumped(done)}\n\n")
    return "".join(lines).encode("utf-8")


def _dumped(value: Any) -> str:
    """JSON that stays encodable: lone surrogates go out escaped."""
    text = json.dumps(value, ensure_ascii=False)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(value)
    return text
