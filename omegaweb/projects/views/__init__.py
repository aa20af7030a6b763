"""Pages of projects: the project itself, its members, its invitations."""
