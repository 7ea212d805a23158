"""OpenChoreo's kinds as Pulumi components, and what they are made of."""
