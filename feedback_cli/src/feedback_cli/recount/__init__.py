"""What aggregates should be, counted from the tables by the modules that the Lambdas have.

These are the checkout's, or the copies in an installed package: they are made importable here.
"""

import sys
from pathlib import Path

_COPIES = Path(__file__).parent / "functions"
_CHECKOUT = Path(__file__).parents[4] / "functions"
sys.path.append(str(_COPIES if _COPIES.is_dir() else _CHECKOUT))
