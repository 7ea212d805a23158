"""The command `choreo`: what Pulumi's own command line lacks."""
