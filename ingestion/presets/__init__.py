"""Maps for sources that many people have: one YAML file each, listed in the catalog."""
