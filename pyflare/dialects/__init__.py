"""The dialects of GenAI telemetry as data: what each calls the things that PyFlare has columns for."""
