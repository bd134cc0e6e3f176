"""BeautyBot: the open, self-hosted AI receptionist for beauty salons."""

__version__ = "0.1.0"
