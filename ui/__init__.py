"""The Gradio chat at `/ui`; it speaks to the API over HTTP and knows nothing of this house but `api.schemas`."""
