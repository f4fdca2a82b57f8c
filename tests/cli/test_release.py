"""`cdr tally --public` and the register of releases, in a store with four years of a published area."""

from __future__ import annotations

import json
from pathlib import Path

from cli.test_import_published import imported, published
from conftest import People, run
from register_rows import durham


def test_what_is_published_is_hidden_where_it_must_be_recorded_and_repeated(
    tmp_path: Path, people: People, member: str
) -> None:
    area = published("durham")
    store = imported(tmp_path, people, area, durham(area))
    looked = run([*store, "tally", "--year", "2022/23", "--years", "2", "--public", "--dry-run"])
    assert looked.code == 0 and "Preview, not for publication" in looked.out and "nothing is recorded" in looked.err
    assert run([*store, "release", "list", "--json"]).json["releases"] == []
    answer = run([*store, "tally", "--year", "2022/23", "--years", "2", "--public", "--json"])
    assert answer.code == 0, answer.err
    assert answer.json["edition"] == "public" and "release 1" in answer.err
    cells = [one for table in answer.json["tables"] for row in table["rows"] for one in row["cells"]]
    assert not any(one["n"] is not None and 0 < one["n"] < 5 for one in cells)
    assert all(one["n"] is None and one["percent"] is None and one["of"] is None for one in cells if one["hidden"])
    assert {table["id"] for table in answer.json["tables"]} >= {"notifications.sex", "reviews.category"}
    place = tmp_path / "public.csv"
    again = run([*store, "tally", "--year", "2022/23", "--years", "2", "--public", "--format", "csv", "-o", str(place)])
    assert again.code == 0 and "release 1" in again.err, "the very same is published once"
    assert run(["check-tables", str(place), "--threshold", "5"]).out == ""

    # another year beside it: what was published stays as it was
    more = run([*store, "tally", "--year", "2023/24", "--years", "3", "--public", "--json"])
    assert more.code == 0, more.err
    sex = {
        name: next(t for t in one.json["tables"] if t["id"] == "notifications.sex")
        for name, one in (("old", answer), ("new", more))
    }
    assert [row["cells"][:2] for row in sex["new"]["rows"]] == [row["cells"] for row in sex["old"]["rows"]]
    listed = run([*store, "release", "list", "--json"]).json["releases"]
    assert [(one["number"], one["years"][-1]) for one in listed] == [(1, "2022/23"), (2, "2023/24")]
    assert len(listed[0]["commit"]) == 40
    shown = run([*store, "release", "show", "2", "--json"]).json["releases"][0]
    assert shown["log"] and {entry["why"] for entry in shown["log"]} <= {
        "small",
        "all or none of a group",
        "beside a small one",
    }
    assert "why" not in json.dumps(more.json)
    assert run([*store, "release", "list"]).code == 0 and run([*store, "release", "show", "3"]).code == 66

    # what was withdrawn is kept, and is not repeated: the very same is another release
    assert run([*store, "release", "withdraw", "1", "--reason", " "]).code == 2
    gone = run([*store, "release", "withdraw", "1", "--reason", "The wrong year.", "--json"])
    assert gone.code == 0 and gone.json["releases"][0]["withdrawn_on"]
    assert run([*store, "release", "withdraw", "1", "--reason", "Again."]).code == 65
    told = run([*store, "release", "show", "1", "--json"]).json["releases"][0]
    assert told["withdrawn_why"] == "The wrong year." and told["log"]
    anew = run([*store, "tally", "--year", "2022/23", "--years", "2", "--public", "--json"])
    assert "release 3" in anew.err and anew.json["tables"] == answer.json["tables"]

    # a case that is taken out afterwards: the exact tables say that the published ones are not what they were, and why
    assert "revisions" not in run([*store, "tally", "--year", "2023/24", "--years", "3", "--json"]).json
    traced = run(
        [*store, "tally", "--year", "2022/23", "--trace", "notifications.sex", "Total", "2022/23", "--json"]
    ).json
    assert run([*store, "void", traced["n"][0], "--by-mistake"]).code == 0
    now = run([*store, "tally", "--year", "2022/23", "--json"])
    assert "please check: 2022/23 changed since it was reported" in now.err
    [changed] = [one for one in now.json["revisions"] if one["table"] == "notifications.sex"]
    assert (changed["release"], changed["causes"][-1]["what"]) == (2, "void")
    assert changed["rows"][-1]["was"] - changed["rows"][-1]["now"] == 1
    assert any(
        "has changed since it was published on" in note for table in now.json["tables"] for note in table["notes"]
    )
    still = run([*store, "tally", "--year", "2022/23", "--years", "2", "--public", "--json"])
    assert still.code == 0 and "revisions" not in still.json and "has changed" not in still.out

    # the figure was wrong: when every release that tells of it is withdrawn, it is told anew, and nobody learns by how few
    assert "is not told anew while a release that tells of it stands" in still.err
    for number in [one["number"] for one in run([*store, "release", "list", "--json"]).json["releases"][1:]]:
        assert run([*store, "release", "withdraw", str(number), "--reason", "A case was counted twice."]).code == 0
    corrected = run([*store, "tally", "--year", "2022/23", "--years", "2", "--public", "--json"])
    assert corrected.code == 0 and "corrects what was withdrawn" in corrected.err, corrected.err
    totals = [
        t["total"][-1]["n"] for one in (answer, corrected) for t in one.json["tables"] if t["id"] == "notifications.sex"
    ]
    assert totals[0] and totals[1] is None
    log = run([*store, "release", "show", "--json", corrected.err.split("release show ")[1].split()[0]]).json[
        "releases"
    ][0]["log"]
    assert "withdrawn, and differs by few or was hidden" in {one["why"] for one in log}

    # a year that is not over, and counts whose difference would tell
    assert run([*store, "tally", "--year", "2025/26", "--public"]).code == 65
    for wrong in (
        ["--births", "22"],
        ["--by", "quarter"],
        ["--groups", "derby-2024"],
        ["--threshold", "3"],
        ["--trace", "a", "b", "c"],
    ):
        assert run([*store, "tally", "--year", "2023/24", "--public", *wrong]).code == 2, wrong
    assert run([*store, "verify"]).code == 0
