"""`python -m tools.sam_local [COMMAND …]`: a command, or a shell, in which `sam local` works."""

import os
import sys

from tools.sam_local.engine import main

sys.exit(main(sys.argv[1:] or [os.environ.get("SHELL", "/bin/sh")]))
