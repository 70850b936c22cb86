"""Service orders: work orders, their lines and the recommendations left behind."""
