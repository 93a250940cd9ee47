"""HTTP only: routes, schemas, errors, store, auth, worker."""
