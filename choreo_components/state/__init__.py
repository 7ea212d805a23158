"""The state: what choreo keeps in a user's Pulumi state, under which names, and how older states are read."""
