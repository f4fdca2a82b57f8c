"""Child death review from a shell."""

import gc

BEFORE_GC = 250_000  # so many objects before rings of them are looked for (14 ms): what is loaded, opened and said of thousands of cases forms none
gc.set_threshold(BEFORE_GC)  # here, before anything is loaded: that alone would look for them some forty times

__version__ = "0.1.0"
