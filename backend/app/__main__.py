"""`python -m app VERB`: see cli.py."""

import sys

from app.cli import main

sys.exit(main())
