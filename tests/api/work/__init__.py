"""Background work: the queue on both storages, the child, the dispatcher, and the worker process killed in the middle."""
