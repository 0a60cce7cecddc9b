"""Test tools for engine authors, shipped with the package (extra ``testing``).

``suite`` is the conformance kit, ``oracle`` the reference implementation of candles in plain Python. ``strategies``
generates difficult trades with Hypothesis. ``history``, ``surgery`` and ``foreign`` change tables without the engine
under test.
"""
