"""People who come to a webhook step, and a caller that answers as the test says."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from penfriend.domain.definitions import Webhook
from penfriend.domain.steps import CallWebhook
from penfriend.domain.webhooks import Answer
from penfriend.engine.call import Call, CallReport
from penfriend.storage.call_log import CallLog
from penfriend.storage.outgoing_log import OutgoingLog
from tests.support.mail_pieces import campaign
from tests.support.mail_world import World

HOOK = CallWebhook(id="hook", webhook="care_desk")
OK, DOWN, REFUSED = Answer(200, "200 OK"), Answer(None, "connection refused"), Answer(422, "422 no")


@dataclass
class ScriptedCaller:
    """Answers as the test says, and keeps what it was told."""

    answer: Callable[[str, bytes], Answer] = lambda _url, _body: OK
    told: list[tuple[str, Mapping[str, str], bytes]] = field(default_factory=list)

    @contextmanager
    def line(self, url: str) -> Iterator["ScriptedLine"]:
        yield ScriptedLine(self, url)

    @property
    def ids(self) -> list[str]:
        return [headers["webhook-id"] for _, headers, _ in self.told]


@dataclass
class ScriptedLine:
    """A line of a ScriptedCaller."""

    caller: ScriptedCaller
    url: str

    def post(self, headers: Mapping[str, str], body: bytes) -> Answer:
        self.caller.told.append((self.url, headers, body))
        return self.caller.answer(self.url, body)


class LogOfOneKilled(CallLog):
    """Nothing is given back where a process is killed."""

    def release(self, owner: str) -> None:
        pass


class CallWorld:
    """A world with people who have come to a webhook step."""

    def __init__(self, world: World) -> None:
        self.world, self.caller = world, ScriptedCaller()

    def come(self, *names: str, webhook: str = "care_desk", **about: Any) -> None:
        """These people come to the step; `about` is what their enrollments are about."""
        world = self.world
        live = world.run(campaign(replace(HOOK, webhook=webhook), name=webhook))
        hooks = {
            name: Webhook(name, f"https://{name}.example/hook", f"secret of {name}")
            for name in ("care_desk", "till")
        }
        world.live = replace(live, definitions=replace(live.definitions, webhooks=hooks))
        for name in names:
            world.enroll(world.contact(name), webhook, **about)
        world.settle()

    def call(self, owner: str = "") -> CallReport:
        """The tick `call`."""
        return self.ticker(owner).tick(self.world.live)

    def ticker(self, owner: str = "") -> Call:
        return Call(
            CallLog(self.world.db),
            OutgoingLog(self.world.db),
            self.caller,
            self.world.clock,
            owner or self.world.owner,
        )

    @property
    def rows(self) -> list[dict[str, Any]]:
        return self.world.rows("webhook_calls")

    def each(self, *names: str) -> list[tuple[Any, ...]]:
        return [tuple(row[name] for name in names) for row in self.rows]
