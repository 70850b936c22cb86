"""What is served, a vehicle first: identity, ownership over time, mileage."""
