"""A finite set of data points: the field that training on it aims at, in closed form."""
