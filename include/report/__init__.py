"""The page people look at, made from the BI snapshot alone."""
