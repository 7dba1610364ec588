"""The benchmark: N customers, real servers, real HTTP, and beside every figure the database's own and the framework's floor.

`make bench N=100000` runs it; docs/operations/performance.md says what is measured and how to read the table.
"""
