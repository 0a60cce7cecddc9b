"""The conformance kit: what an engine must do, said as tests; ships with the package (extra ``testing``).

``oracle`` is the truth in plain Python, ``strategies`` makes nasty trades with Hypothesis.
"""
