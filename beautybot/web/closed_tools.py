"""A server of tools whose arguments are a closed list, and whose refusals repeat nothing."""

from __future__ import annotations

from typing import Any

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult, InputRequiredResult, Tool
from pydantic import ValidationError


class ClosedTools(MCPServer[Any]):
    """
    The package's server, stricter: an argument that a tool does not know is refused.

    The package passes such an argument over, and a model believes that its
    wish was heard.  Its own refusals quote what was given, which may be a
    person's phone; here they name the argument only.
    """

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._known: dict[str, frozenset[str]] = {}

    async def list_tools(self) -> list[Tool]:
        """What there is to call; the schemas are closed."""
        return [
            tool.model_copy(
                update={"input_schema": tool.input_schema | {"additionalProperties": False}}
            )
            for tool in await super().list_tools()
        ]

    async def call_tool(
        self, name: str, arguments: dict[str, Any], context: Context[Any, Any] | None = None
    ) -> CallToolResult | InputRequiredResult:
        """Call one; ToolError in words that a model can act on."""
        known = await self._arguments(name)
        strange = sorted(set(arguments) - known) if known else []
        if known and strange:
            raise ToolError(
                f"{name} has no argument {strange[0][:40]!r}. It has: {', '.join(sorted(known))}."
            )
        try:
            return await super().call_tool(name, arguments, context)
        except ToolError as error:
            if not isinstance(error.__cause__, ValidationError):
                raise
            first = error.__cause__.errors(include_input=False, include_url=False)[0]
            place = ".".join(str(part) for part in first["loc"])[:80]
            raise ToolError(f"{place}: {first['msg']}."[:300]) from None

    async def _arguments(self, name: str) -> frozenset[str]:
        """The names of a tool's arguments; none of a tool that does not exist."""
        if not self._known:
            for tool in await super().list_tools():
                self._known[tool.name] = frozenset(tool.input_schema.get("properties", ()))
        return self._known.get(name, frozenset())
