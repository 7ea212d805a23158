"""A foreign program: like one in any other language, it knows type tokens and names of inputs, but not our package."""

REMOTE = """
import pulumi

class Remote(pulumi.ComponentResource):
    def __init__(self, kind, name, props, outputs=("name", "namespace"), opts=None):
        super().__init__(f"choreo:core/v1:{kind}", name, {**dict.fromkeys(outputs), **props}, opts, remote=True)
"""
"""Its beginning: any of the components, by its kind."""
