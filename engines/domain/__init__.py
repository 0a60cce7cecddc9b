"""Pure domain logic: timeframes, intervals, plans. Standard library only, no clock, no I/O.

Conventions throughout: an instant is an ``int`` of microseconds since the epoch, UTC;
a range of time is half-open, ``[start, end)``.
"""
