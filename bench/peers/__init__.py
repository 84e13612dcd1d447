"""The peers, one file each, and the contract that they keep."""
