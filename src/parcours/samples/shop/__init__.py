"""The parts of the simulated shop: its truths, the walk of its customers, their events, its daily figures."""
