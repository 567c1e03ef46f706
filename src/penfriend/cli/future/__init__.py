"""How a forecast is shown: in the terminal, as one JSON document, and as a page with charts."""
