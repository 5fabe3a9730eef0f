"""The oracle of P11: consistency decided by searching the runs, apart from the package."""
