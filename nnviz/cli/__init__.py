"""The command line: one module for each command; importing it loads neither Qt nor NumPy."""

from __future__ import annotations

import sys

import typer

from nnviz.cli.doctor import doctor_command
from nnviz.cli.errors import DONE, FAILED, WRONG, CommandError, complain, complain_of_output
from nnviz.cli.presets import presets_command
from nnviz.cli.render import render_command
from nnviz.cli.train import train_command
from nnviz.cli.window import window_command

_TOO_LARGE = (
    "There is not enough memory for this; fewer points, smaller layers or a smaller figure need "
    "less."
)

application = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="See a neural network learn. Without a command it opens the window.",
)
application.callback(invoke_without_command=True)(window_command)
application.command("presets")(presets_command)
application.command("train")(train_command)
application.command("render")(render_command)
application.command("doctor")(doctor_command)


def run(arguments: list[str]) -> int:
    """Do what the arguments ask for; returns the exit status."""
    command = typer.main.get_command(application)
    try:
        status = command.main(arguments, prog_name="nnviz", standalone_mode=False)
        if sys.stdout is not None:  # a window may have none
            sys.stdout.flush()
        return status if isinstance(status, int) else DONE
    except CommandError as error:
        return complain(str(error), error.status)
    except typer.Abort:
        return complain("Stopped.", FAILED)
    except typer.exceptions.TyperException as error:
        return complain(error.format_message(), WRONG)
    except MemoryError:
        return complain(_TOO_LARGE, FAILED)
    except OSError as error:
        return complain_of_output(error)
