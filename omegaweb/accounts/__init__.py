"""Who may use this site: accounts, signing in and out."""
