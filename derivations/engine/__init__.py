"""How an equation is recorded, derived, proved and printed. No mathematics of the subject lives here."""
