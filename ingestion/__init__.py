"""Foreign data in, one trustworthy warehouse out; imports nothing of ours."""
