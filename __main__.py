"""One Pulumi program for every stack: declares what the stack's settings declare."""

import gc
import signal

# This process is short-lived, and keeps nearly all that it makes: collecting garbage is an eighth of its CPU time.
gc.disable()

from choreo_components.components.program import run  # noqa: E402

# The engine interrupts the program when something else has failed; Python would bury that under a traceback.
signal.signal(signal.SIGINT, signal.SIG_DFL)
run()
