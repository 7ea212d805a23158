"""The command `choreo`: commands that complement `pulumi up` and `pulumi destroy`."""
