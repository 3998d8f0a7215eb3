"""Speed of the program: the ceiling of a device, the parts measured, a peer."""
