"""What paths, transitions and sessions share: items in sessions, counts by key, times of links, pictures."""
