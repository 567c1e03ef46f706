"""The web side: the pages behind the links of mails, and health. `create_app` makes it, `serve` runs it.

The only home of FastAPI and uvicorn. It is given its use cases (`Visits`) and its HTML (`Pages`), and
knows no store. GET and HEAD change nothing.
"""

from penfriend.web.app import create_app
from penfriend.web.server import RunningServer, serve

__all__ = ["RunningServer", "create_app", "serve"]
