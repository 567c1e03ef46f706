"""How people stand with the shop: the loyalty ladder, who comes back, what they are worth, points."""
