"""Reads what is left in a damaged SQLite file without SQLite, and moves it into a new file.

SQLite refuses a file whose first page is damaged, and cannot reach the rows below a damaged page of a tree. Here every
page is read by itself (https://sqlite.org/fileformat2.html), so that a damaged page costs the rows that it holds.
Whether these rows are true is not decided here.
"""
