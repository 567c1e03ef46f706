"""`make scanner`: a program that reads mails follows every address of a thousand of them in a real browser.

A shorter one runs in `make test` (tests/browser/test_attacks.py). See docs/http.md, "Clicks and opens".
"""
