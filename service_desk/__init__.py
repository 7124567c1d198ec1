"""Tickets, complaints, repair visits, the queue to a person, the survey. Start at `service_desk.desk`."""
