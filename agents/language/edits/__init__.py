"""What a message changes of the calls that answered the question before it."""
