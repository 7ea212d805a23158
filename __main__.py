"""One Pulumi program for every stack: declares what the stack's settings declare."""

import signal

from choreo_components.components.program import run

# The engine interrupts the program when something else has failed; Python would bury that under a traceback.
signal.signal(signal.SIGINT, signal.SIG_DFL)
run()
