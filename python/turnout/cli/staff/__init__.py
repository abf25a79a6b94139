"""`turnout staff`: how many agents a file of intervals needs, and what service the roster gives.

`command` holds the options, `intervals` reads, `compute` asks the library, `summary` adds up, `view` and `plot` show.
"""
