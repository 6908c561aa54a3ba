import os

from hypothesis import settings

# no deadline: a shared machine may stall for longer than the default allows an example; fewer examples per mutant
EXAMPLES = int(os.environ.get("MARKET_TEST_EXAMPLES", "100"))
settings.register_profile("market", deadline=None, max_examples=EXAMPLES)
settings.load_profile("market")
