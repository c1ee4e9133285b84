"""``python -m candledesk`` is the command line."""

from candledesk.cli import main

if __name__ == "__main__":
    main()
