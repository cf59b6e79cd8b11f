"""The lecture's deep learning review: networks, activations, losses and backpropagation, formulas beside the code."""
