"""The demonstration: an invented authority, its travellers, and pictures of the codes they show."""
