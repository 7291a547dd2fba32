"""Whether data arrive, list line by list line: since when, late, never, and why not.

`expectations` reasons over plain values, `evidence` reads them with the cabinet's own credentials.
"""
