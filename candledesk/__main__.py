"""``python -m candledesk`` is the command line."""

from candledesk.commands.entry import main

if __name__ == "__main__":
    main()
