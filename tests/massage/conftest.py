"""How thoroughly hypothesis looks.

`ci` looks at the same examples every time; `long` looks further, anew every time:
`scripts/test tests/massage --hypothesis-profile=long`.
"""

from datetime import timedelta

from hypothesis import HealthCheck, settings

settings.register_profile(
    "ci",
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=100,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "long",
    deadline=timedelta(seconds=10),
    max_examples=2000,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("ci")
