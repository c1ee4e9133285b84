"""The rows of the shown list: their order, texts, model, painting and what a person does to them."""
