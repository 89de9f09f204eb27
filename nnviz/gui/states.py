"""What a session may be doing, and what leads from one to another."""

from __future__ import annotations

from enum import Enum


class State(Enum):
    """What the session is doing."""

    LOADING = "loading"
    PAUSED = "paused"
    PLAYING = "playing"
    STEPPING = "stepping"
    FINISHED = "finished"
    DIVERGED = "diverged"
    CLOSED = "closed"


TRANSITIONS: dict[tuple[State, str], State] = {
    (State.LOADING, "loaded"): State.PAUSED,
    (State.LOADING, "refused"): State.PAUSED,
    (State.LOADING, "shown"): State.FINISHED,
    (State.PAUSED, "play"): State.PLAYING,
    (State.PAUSED, "step"): State.STEPPING,
    (State.PLAYING, "pause"): State.PAUSED,
    (State.PLAYING, "finished"): State.FINISHED,
    (State.PLAYING, "diverged"): State.DIVERGED,
    (State.PLAYING, "failed"): State.PAUSED,
    (State.STEPPING, "step"): State.STEPPING,
    (State.STEPPING, "play"): State.PLAYING,
    (State.STEPPING, "pause"): State.PAUSED,
    (State.STEPPING, "goal"): State.PAUSED,
    (State.STEPPING, "finished"): State.FINISHED,
    (State.STEPPING, "diverged"): State.DIVERGED,
    (State.STEPPING, "failed"): State.PAUSED,
    (State.FINISHED, "change"): State.PAUSED,
    (State.DIVERGED, "change"): State.PAUSED,
    **{
        (state, "move"): State.PAUSED
        for state in (State.PLAYING, State.STEPPING, State.FINISHED, State.DIVERGED)
    },
    **{(state, "load"): State.LOADING for state in State if state is not State.CLOSED},
    **{
        (state, "reset"): State.PAUSED
        for state in State
        if state not in (State.CLOSED, State.LOADING)
    },
    **{(state, "close"): State.CLOSED for state in State},
}
"""(state, event) → the next state; an event that is not listed for a state does nothing.

Playing ends with all epochs, not with a goal: that is of a step, and came too late."""
