"""Plants faults in the models, the primitives and the engine, and sees whether the tests find them."""
