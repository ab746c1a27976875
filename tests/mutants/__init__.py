"""Copies of the product with one fault each, which the tests must notice."""
