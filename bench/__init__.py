"""The benchmark: what choreo costs compared with a hand-written program that declares the same objects."""
