"""tap-ujet's own command line, unmodified but for its address: it knows https://SUBDOMAIN.DOMAIN.co only."""
import os

import tap_ujet
from tap_ujet.client import UjetClient

as_installed = UjetClient.__init__


def at_callmock(self, *arguments, **named):
    as_installed(self, *arguments, **named)
    self.base_url = os.environ["CALLMOCK_MANAGER_API"]


UjetClient.__init__ = at_callmock
tap_ujet.main()
