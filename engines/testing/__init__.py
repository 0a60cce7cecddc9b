"""For engine authors; ships with the package (extra ``testing``).

``suite`` is the conformance kit, ``oracle`` the truth in plain Python, ``strategies`` makes nasty trades with
Hypothesis, ``history``, ``surgery`` and ``foreign`` change tables past the engine under test.
"""
