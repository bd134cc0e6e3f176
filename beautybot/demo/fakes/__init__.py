"""
Local doubles of WhatsApp's Graph API, Telegram's Bot API and GigaChat.

Each is an ASGI app that speaks the real protocol and enforces its documented
limits, and an object with which the same process plays the other side: what
clients say, what fails, what was asked.  No database, no network but loopback.
"""
