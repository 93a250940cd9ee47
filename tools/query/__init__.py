"""Any question about the past as one typed query, compiled to parameterised SQL."""
