"""The same runs for cron, systemd and Prefect."""
