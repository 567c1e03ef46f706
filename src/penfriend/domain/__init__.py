"""What a campaign is and what follows from it: pure values and rules, no I/O, no clock, no logging."""
