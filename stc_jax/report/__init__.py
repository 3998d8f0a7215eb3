"""Reports: what people would rather look at than numbers; trains nothing."""
