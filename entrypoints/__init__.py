"""The processes: web, scheduler, command line. The only place that wires the packages."""
