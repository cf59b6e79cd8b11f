"""Gradient descent: surfaces to descend, optimisers, batched descent, and the loss landscapes of trained networks."""
