"""``python -m reprieve``."""

from reprieve.cli.main import main

raise SystemExit(main())
