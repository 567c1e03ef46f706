"""Build hook: puts the starter's campaigns and templates into the wheel, below penfriend/starter."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

STARTER = {name: f"penfriend/starter/{name}" for name in ("campaigns.yaml", "campaigns", "templates")}


class StarterHook(BuildHookInterface[Any]):  # Any: the hook is told of no builder configuration type
    """Adds the starter to a wheel that is handed out; a wheel without it must fail to build."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Name the files to include; VERSION is "editable" for a development install, which needs no copy."""
        if version != "editable":
            build_data["force_include"].update(STARTER)
