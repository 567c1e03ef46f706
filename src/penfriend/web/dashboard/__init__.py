"""The pages of the dashboard behind its door: one module a page.

Each is a class with `routes()` over the `Desk`, registered in `penfriend.web.accounts.part`; its template is
`rendering/dashboard/NAME.html`, its texts `rendering/dashboard/LANGUAGE/NAME.toml`, its entry in the menu
`rendering/dashboard_menu.py`.
"""
