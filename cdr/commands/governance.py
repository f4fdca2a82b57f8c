"""`cdr governance`: the papers that an area's governance asks for."""

from __future__ import annotations

from pathlib import Path

import click

from cdr import disk
from cdr.app import App
from cdr.commands.options import as_json, pass_app
from cdr.errors import TO_ACT_ON, WrongUsage
from cdr.records import asdict
from cdr.terminal.output import file_name, put, put_json, say


@click.command("governance")
@click.option("-o", "--output", "output", required=True, metavar="DIR", help="The folder; it is made if need be.")
@as_json
@pass_app
def command(app: App, output: str, as_json: bool) -> int:
    """Write the papers that an information governance lead, a board and a coordinator's deputy ask for, and gaps.md.

    The data protection impact assessment, the record of processing, a drawing of where data goes, what agencies are told, privacy notices
    for families and for professionals, what is kept for how long, who may open the cases, accessibility, clinical safety, and a page for the
    first morning when the coordinator is ill. They are made from cdr.yaml, the forms, the keys and the signed history; no case is opened,
    and nothing of a child is in them. What is missing is marked in them and listed; then it ends with 1.

    Examples:

    \b
    cdr governance -o governance
    cdr governance -o governance --json
    """
    from cdr.documents.governance.papers import papers
    from cdr.work.governing import known

    folder = Path(output)
    if folder.exists() and not folder.is_dir():
        raise WrongUsage(f"{file_name(output)} is a file.", "Name a folder with -o.")
    files, gaps = papers(known(app))
    disk.private_folder(folder)
    for name, data in files.items():
        disk.write_whole(folder / name, data)
    say(f"Written: {len(files)} files in {file_name(output)}")
    commit, _ = app.store.head
    if as_json:
        about = {"folder": output, "commit": commit, "on": app.clock.today.isoformat(), "files": list(files)}
        put_json({"schema": "cdr-governance/1", **about, "gaps": [asdict(gap) for gap in gaps]})
    else:
        for gap in gaps:
            put(f"missing: {gap.title}. {gap.how}")
    return TO_ACT_ON if gaps else 0
