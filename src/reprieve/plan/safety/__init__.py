"""Every limit and contraindication as one small rule."""
