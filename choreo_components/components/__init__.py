"""OpenChoreo's kinds as Pulumi components, and the resources that they are made of."""
