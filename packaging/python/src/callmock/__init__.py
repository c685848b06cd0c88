"""callmock: a server that answers as four contact-centre vendors do, and its admin API."""

from .admin import CallmockError, World
from .server import Server, attach, start

__all__ = ["CallmockError", "Server", "World", "attach", "start"]
