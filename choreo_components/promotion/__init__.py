"""Promotion: releases are promoted from environment to environment in the files of stacks; `pulumi up` applies it."""
