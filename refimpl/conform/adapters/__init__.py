"""One adapter for each library: how its conventions map to ours, and what is checked."""
