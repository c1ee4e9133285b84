"""The dialogs of the Storage page: what is asked before a deletion, how a backup is restored, where one is written."""
