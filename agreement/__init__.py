"""Random programs, answered by the tool and by brute force: they have to agree."""
