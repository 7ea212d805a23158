"""What a stack's files say: documents with places, settings, projects, and the schema that editors read."""
