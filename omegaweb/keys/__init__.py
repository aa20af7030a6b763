"""Keys of providers, encrypted, one or none for each provider and project."""
