"""``python -m callmock``: the command of this package."""

import subprocess
import sys

from .server import binary

sys.exit(subprocess.call([binary(), *sys.argv[1:]]))
