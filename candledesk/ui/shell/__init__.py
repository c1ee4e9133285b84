"""The window around the charts: menus, toolbar, tabs, dialogs, status bar."""
