"""Sample data: a simulated shop with known truths, and extracts of real data sets."""
