"""WhatsApp Business Cloud API."""

from beautybot.channels.whatsapp.channel import WhatsApp

__all__ = ["WhatsApp"]
