"""Which choice moves the ranking: Sobol indices; `indices` holds the estimator, `model` the index as a function."""
