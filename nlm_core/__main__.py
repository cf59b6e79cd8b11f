"""``python -m nlm_core``."""

import sys

from nlm_core.cli import main

if __name__ == "__main__":
    sys.exit(main())
