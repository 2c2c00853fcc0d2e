"""Share of the steps that are true, of those that can be checked.

Python runs in a sandbox where one for it is there (bubblewrap, sandbox-exec, a container); elsewhere only once you approved this file.
"""


def truth(problem, completion, run):
    checked = [step for step in run["steps"] if step["ok"] is not None]
    if not checked:
        return None, "no step that could be checked"
    true = sum(step["ok"] for step in checked)
    return true / len(checked), f"{true} of {len(checked)} steps are true"
