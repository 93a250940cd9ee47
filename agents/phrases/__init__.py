"""What the writer says, one file per language; the code chooses a sentence, the file words it."""
