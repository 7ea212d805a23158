"""The state: what is kept in a user's Pulumi state, under which names, and how what older releases kept is read."""
