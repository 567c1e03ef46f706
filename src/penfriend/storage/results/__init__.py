"""What came of mails and of people who entered, counted by day."""
