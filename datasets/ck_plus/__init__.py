"""CK+, the extended Cohn-Kanade database: posed emotions, neutral to apex."""
