"""`nnviz doctor`: what is wrong with a machine, and the line that mends it."""

from __future__ import annotations

from nnviz.cli.errors import DONE, FAILED, print_result
from nnviz.cli.options import AsJson


def doctor_command(as_json: AsJson = False) -> int:
    """Check what the window needs, and print the line that mends each problem.

    The status is 0 when the window can be opened, 1 when something stands in its way.
    """
    from nnviz.cli import checks

    found = checks.all_checks()
    if as_json:
        print_result(checks.as_json(found))
    else:
        width = max(len(check.name) for check in found)
        for check in found:
            print_result(f"{check.status:<8} {check.name:<{width}}  {check.detail}")
            if check.remedy:
                print_result(f"{'':<8} mend it: {check.remedy}")
    return DONE if checks.is_well(found) else FAILED
