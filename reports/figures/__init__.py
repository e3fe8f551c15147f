"""The figures of the dashboards: each a `Picture` (a chart, its table, the links to its rows), by what it is about."""
