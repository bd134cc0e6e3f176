"""
Clients' files for the salon's people.

A file is a stranger's: it is given to be saved or to stand in an <img>, never
as a page of ours.
"""

from __future__ import annotations

from sqlalchemy import Connection
from starlette.responses import Response

from beautybot.booking import visits
from beautybot.businesses import users
from beautybot.businesses.users import Role
from beautybot.conversations import attachments
from beautybot.conversations.attachments import Attachment
from beautybot.kit.errors import NotFound
from beautybot.web.sessions import Asking

# What a browser may know a file as; everything else is bytes.
SHOWN = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "video/mp4": "mp4",
    "application/pdf": "pdf",
}


async def show(asking: Asking) -> Response:
    """One file; a specialist gets those of the own visits, NotFound for any other."""
    number: int = asking.request.path_params["id"]
    file, data = await asking.parts.db.read(_allowed, asking, number)
    kind = file.mime_type if file.mime_type in SHOWN else "application/octet-stream"
    name = f"file-{file.id}.{SHOWN.get(file.mime_type, 'bin')}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
    return Response(data, media_type=kind, headers=headers)


def _allowed(conn: Connection, asking: Asking, number: int) -> tuple[Attachment, bytes]:
    file, data = attachments.contents(conn, asking.business.id, number)
    if asking.role is Role.SPECIALIST and not _is_of_own_visit(conn, asking, file):
        raise NotFound("there is no such file")
    return file, data


def _is_of_own_visit(conn: Connection, asking: Asking, file: Attachment) -> bool:
    if file.appointment_id is None:
        return False
    mine = users.specialist_of(conn, asking.business.id, asking.signed.user_id)
    visit = visits.get(conn, asking.business.id, file.appointment_id)
    return any(part.specialist_ref == mine for part in visit.parts)
