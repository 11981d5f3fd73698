"""Measurements, never run as tests: `make bench`. Each compares with a peer in the same run, on the same servers."""
