"""Writes docs/reference/method/ from what the spec tests run: the small tables of ../engine and the texts of texts/.

`read` reads the texts strictly and the tables, `cases` says which special case a table shows, `show` turns a table into
Markdown, `write` puts the pages together. `python -m pages` writes them, `python -m pages --check` says which are stale.
"""
