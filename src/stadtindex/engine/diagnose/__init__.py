"""Is the index sound: statistics, correlations, reliability, components, influence; `audit` puts them in order."""
