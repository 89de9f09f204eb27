"""Training to the end of an experiment, with a bar where somebody can see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from nnviz.cli.errors import FAILED, CommandError, print_note

if TYPE_CHECKING:
    from nnviz.run.experiment import Experiment
    from nnviz.run.frame import Frame
    from nnviz.run.trainer import Trainer

_STEPS_OF_THE_BAR = 200


def trainer_for(experiment: Experiment) -> Trainer:
    """A trainer with the compiled engine; who watches is told when that is compiled first."""
    from rich.console import Console

    from nnviz.model.kernels.store import is_ready
    from nnviz.run.trainer import Trainer

    if Console(stderr=True).is_terminal and not is_ready():
        print_note("compiling the engine, at the first start only; this takes about a minute.")
    trainer = Trainer(experiment)
    if trainer.engine_reason:
        print_note(f"training on the reference engine, which is slower: {trainer.engine_reason}")
    return trainer


def train_to_the_end(
    trainer: Trainer, note: Callable[[Frame], None] | None = None, epochs_between: int = 1
) -> None:
    """Train to the experiment's epochs.

    `note` is called with the first moment, then every `epochs_between` epochs, and with the last.
    CommandError when training diverges or is interrupted.
    """
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    from nnviz.run.trainer import Diverged

    epochs = trainer.experiment.epochs
    console = Console(stderr=True)
    columns = (
        BarColumn(),
        TextColumn("epoch {task.completed:,.0f} / {task.total:,.0f}"),
        TextColumn("{task.fields[loss]}"),
        TimeRemainingColumn(),
    )
    stride = max(epochs // _STEPS_OF_THE_BAR, 1) if note is None else epochs_between
    try:
        with Progress(
            *columns, console=console, transient=True, disable=not console.is_terminal
        ) as bar:
            task = bar.add_task("training", total=epochs, loss="")
            if note is not None:
                note(trainer.frame())
            while trainer.epoch < epochs:
                trainer.advance_epochs(min(stride, epochs - trainer.epoch))
                if note is None and not console.is_terminal:
                    continue
                frame = trainer.frame()
                if note is not None:
                    note(frame)
                bar.update(task, completed=trainer.epoch, loss=f"loss {frame.train_loss:.4f}")
    except Diverged as error:
        raise CommandError(str(error), FAILED) from None
    except KeyboardInterrupt:
        raise CommandError(f"Stopped at epoch {trainer.epoch:,}.", FAILED) from None
