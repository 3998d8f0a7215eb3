"""Reports on finished runs: tables, figures and a page; trains nothing."""
