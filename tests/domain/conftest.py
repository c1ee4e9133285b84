"""Property tests are about rules, not about the speed of a busy machine."""

from hypothesis import settings

settings.register_profile("rules", deadline=None)
settings.load_profile("rules")
