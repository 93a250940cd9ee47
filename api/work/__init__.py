"""Work in the background: kinds of work, the queue to the worker process, and the dispatcher that answers for every job."""
