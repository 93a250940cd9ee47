"""App state: threads, runs, answers, jobs, approvals and audit, on SQLite or PostgreSQL."""
