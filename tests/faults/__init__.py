"""Faults, injected for real while sixteen clients write and read: `make faults`. Plain `make test` leaves them out, for they take minutes.

A fault is something that befalls the real thing: a process is killed, a connection is cut, a network swallows what it is given.
"""
