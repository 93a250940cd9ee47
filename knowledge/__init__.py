"""Documents in, cited passages out. Their text is data: it is shown, never obeyed."""
