"""What can go wrong between this page and the API, with what to tell the person."""

from __future__ import annotations

from api.schemas import Problem
from ui.labels import Labels


class ApiTrouble(Exception):
    """A request that did not give what was asked."""

    def words(self, labels: Labels) -> str:
        """What happened and what to do next."""
        return labels("unexpected")


class Unreachable(ApiTrouble):
    """Nobody answers there, or not in time."""

    def words(self, labels: Labels) -> str:
        return labels("unreachable")


class Lost(ApiTrouble):
    """The events of a run stopped coming and could not be taken up again."""

    def words(self, labels: Labels) -> str:
        return labels("gone_quiet")


class NotUnderstood(ApiTrouble):
    """The reply is none that this page knows."""


class Refused(ApiTrouble):
    """The API said no, and why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem

    @property
    def status(self) -> int:
        return self.problem.status

    def words(self, labels: Labels) -> str:
        if self.status == 401:
            return labels("sign_in")
        problem = self.problem
        choices = problem.nearest or problem.allowed
        said = (
            problem.detail or problem.title,
            labels("allowed", values=", ".join(choices)) if choices else "",
            labels("what_next", next=problem.next) if problem.next else "",
        )
        return " ".join(part for part in said if part)
