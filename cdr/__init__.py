"""Child death review from a shell."""

import gc

BEFORE_GC = 50_000  # so many objects before rings of them are looked for: what is loaded and opened forms none
gc.set_threshold(BEFORE_GC)  # here, before anything is loaded: that alone would look for them some forty times

__version__ = "0.1.0"
