"""The trade: what may be done to a body, for how long, how hard, and in which order.

This package knows nothing of Home Assistant. It imports the standard library alone, reads no
clock and starts no task: time is an argument, and what the outside shall do is returned as
effects. `session` is the only module that changes the state of a session.
"""
