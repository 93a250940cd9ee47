"""The time grammar: which words of a message speak of time, and what each of them means at the business date."""
