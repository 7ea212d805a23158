"""Debug lines: what Pulumi's SDK reports to the engine for each resource, which shows it only with `--debug`.

There are four for each resource, and the program's event loop waits until the engine has received each of them. In a
stack with hundreds of resources that is a quarter of the program's CPU time, and delays the resources.
"""

import pulumi


def drop_debug_lines() -> None:
    """Stops this process from sending any, also for its own program: only for a process that belongs to choreo."""
    pulumi.log.debug = _dropped


def _dropped(
    msg: str,
    resource: pulumi.Resource | None = None,
    stream_id: int | None = None,
    ephemeral: bool | None = None,
) -> None:
    """Has the parameters of `pulumi.log.debug`."""
