"""The benchmark: what choreo costs beside a program that declares the same objects by hand."""
