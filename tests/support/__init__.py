"""What the tests share: servers, a browser and a clock, as fixtures that tests/conftest.py plugs in."""
