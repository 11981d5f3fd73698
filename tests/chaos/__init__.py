"""Faults of every kind while workflows run: `make chaos`. See suite.py for what must hold in the end."""
