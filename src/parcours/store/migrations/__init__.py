"""The steps that bring a store's tables to the form of this release; they run when a store is opened."""
