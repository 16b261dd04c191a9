"""What the kernels of a network do and take, and how near they come to what the machine can do."""
