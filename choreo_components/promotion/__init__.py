"""Promotion: releases move from environment to environment in the files of stacks, and `pulumi up` applies it."""
