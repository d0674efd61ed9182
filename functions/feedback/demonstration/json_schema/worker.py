"""A worker: it answers questions in a child process, whatever they cost."""

import os
import socket
from contextlib import suppress

from feedback.demonstration.json_schema.budget import Budget
from feedback.demonstration.json_schema.child import Child, Crashed, OutOfMemory, OutOfTime
from feedback.demonstration.json_schema.confinement import Answer, Confinement, serve


class Worker:
    """One child, forked by the first question and kept until it ends; one question at a time."""

    def __init__(self, answer: Answer, confined: Confinement) -> None:
        """Take what the child runs, and what it may have. Nothing is forked yet."""
        self._answer = answer
        self._confined = confined
        self._child: Child | None = None

    def ask(self, question: bytes, budget: Budget) -> bytes:
        """Return the child's answer, for at most half of what is left of the budget.

        Raises OutOfTime, OutOfMemory, Crashed: the next question is for a new child. If the child
        had answered before, this question is asked of a new one first: the old one may have ended
        between the questions, or because of what it kept from earlier ones.
        """
        share = budget.half()
        if share.is_spent:
            raise OutOfTime
        most = share.processor
        try:
            if self._child:
                with suppress(OutOfMemory, Crashed):
                    return self._exchange(self._child, question, share)
            return self._exchange(self._fork(), question, share)
        finally:
            budget.processor -= most - share.processor

    def _exchange(self, child: Child, question: bytes, budget: Budget) -> bytes:
        self._child = None
        answer = child.exchange(question, budget)
        self._child = child
        return answer

    def _fork(self) -> Child:
        ours, theirs = socket.socketpair()
        # In the child, fork returns 0 and serve does not return.
        pid = os.fork() or serve(theirs.fileno(), self._answer, self._confined)
        theirs.close()
        return Child(pid, ours.detach())
