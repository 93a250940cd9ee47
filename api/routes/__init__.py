"""The routes, one module a resource; `catalog.py` lists them."""
