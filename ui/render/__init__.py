"""What the page shows, made of typed answers: pure functions, no Gradio."""
