"""A checkpoint's own rules: read, checked, compiled, tested and signed here; obeyed on the scanner."""
