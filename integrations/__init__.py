"""Who we ask: one client for each outside service, and the state that several processes share."""
