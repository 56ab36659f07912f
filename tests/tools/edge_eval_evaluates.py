#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""edge-eval on short launch lines: what it prints and writes, and how it ends where it cannot.

    edge_eval_evaluates.py EDGE-EVAL MODEL-FOLDER
"""
import json
import os
import pty
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

EDGE_EVAL, MODEL = sys.argv[1], Path(sys.argv[2])
CLASSIFY = f"edgeclassify model={MODEL}/fashion-cnn.onnx labels={MODEL}/labels.txt"
TWO_FRAMES = f"videotestsrc num-buffers=2 ! {CLASSIFY} ! fakesink"
LAST_LINE = re.compile(r"^2 frames, top-1 (\d\.\d{4}), p50 \d+ us, p95 \d+ us$")
NAMES = (MODEL / "labels.txt").read_text().splitlines()


def run(*arguments, line=TWO_FRAMES, **options):
    return subprocess.run([EDGE_EVAL, *arguments, *line.split()], capture_output=True, text=True, timeout=60, **options)


def truth(folder, *classes):
    path = Path(folder, "truth.txt")
    path.write_text("".join(f"{one}\n" for one in classes))
    return path


def first_answer():
    """What the network says of videotestsrc's frames, whatever it is."""
    answer = json.loads(run("--json", "-").stdout)["results"][0]
    return answer["indices"][0], answer["labels"][0]


def last_line_has_the_accuracy(folder):
    index, _ = first_answer()
    done = run("--labels", truth(folder, index, (index + 1) % 10))
    assert done.returncode == 0 and done.stderr == "", done
    assert LAST_LINE.match(done.stdout.splitlines()[-1])[1] == "0.5000", done.stdout


def text_may_name_classes_where_names_are_given(folder):
    _, name = first_answer()
    done = run("--labels", truth(folder, name, name), "--names", MODEL / "labels.txt")
    assert LAST_LINE.match(done.stdout.splitlines()[-1])[1] == "1.0000", done


def folders_match_by_name(folder):
    _, name = first_answer()
    root = Path(folder, "classes")
    for i, one in enumerate(["aaa", name.replace("/", ":")]):
        (root / one).mkdir(parents=True)
        (root / one / f"{i}.png").touch()
    done = run("--labels", root)
    assert LAST_LINE.match(done.stdout.splitlines()[-1])[1] == ("0.5000" if "/" not in name else "0.0000"), done


def json_and_pictures_are_written(folder):
    index, _ = first_answer()
    pictures = [Path(folder, "matrix.png"), Path(folder, "sheet.png")]
    done = run("--labels", truth(folder, index, index), "--json", f"{folder}/all.json")
    report = json.loads(Path(folder, "all.json").read_text())
    assert report["frames"] == 2 and report["top1"] == 1 and report["classes"][index]["frames"] == 2, report
    if "--confusion" not in run("--help").stdout:
        return
    done = run("--labels", truth(folder, index, index), "--confusion", pictures[0], "--contact-sheet", pictures[1])
    assert done.returncode == 0, done
    assert all(picture.read_bytes().startswith(b"\x89PNG") for picture in pictures)


def every_sink_is_read_and_each_frame_counts_once(folder):
    line = f"videotestsrc num-buffers=2 ! tee name=t ! queue ! fakesink t. ! queue ! {CLASSIFY} ! tee name=u ! queue ! " \
           "fakesink u. ! queue ! fakesink"
    assert run(line=line).stdout.startswith("2 frames, p50"), run(line=line)


def element_chooses_among_classifiers(folder):
    line = f"videotestsrc num-buffers=2 ! {CLASSIFY} name=a ! {CLASSIFY} name=b threshold=1 ! fakesink"
    done = run(line=line)
    assert done.returncode == 1 and "2 elements" in done.stderr and "--element" in done.stderr, done
    for name, n in (("a", 1), ("b", 0)):
        results = json.loads(run("--element", name, "--json", "-", line=line).stdout)["results"]
        assert len(results[0]["indices"]) == n, results
    assert '"c"' in run("--element", "c", line=line).stderr


def numbers_that_disagree_are_both_named(folder):
    path = truth(folder, 1, 2, 3)
    done = run("--labels", path)
    assert done.returncode == 1 and done.stdout == "", done
    assert f"2 frames came to the sinks with a result, {path} has the classes of 3" in done.stderr, done


def errors_of_the_pipeline_are_told(folder):
    for line, part in ((f"filesrc location={folder}/none ! {CLASSIFY} ! fakesink", f"{folder}/none"),
                       (f"videotestsrc ! edgeclassify model={folder}/none ! fakesink", f"{folder}/none"),
                       (f"videotestsrc ! {CLASSIFY} ! nosuchelement", "nosuchelement"),
                       ("videotestsrc ! fakesink", "no element of the launch line classifies"),
                       (f"videotestsrc num-buffers=2 ! {CLASSIFY} ! identity drop-probability=1 ! fakesink", "no frame came")):
        done = run(line=line)
        assert done.returncode == 1 and part in done.stderr and done.stdout == "", done


def wrong_usage_is_2(folder):
    for arguments in ((), ("--nosuch",), ("--contact-sheet", "x.png", "fakesink")):
        assert run(*arguments, line="").returncode == 2, arguments


def interrupt_ends_it(folder):
    line = f"videotestsrc is-live=true ! {CLASSIFY} ! fakesink"
    master, slave = pty.openpty()
    with subprocess.Popen([EDGE_EVAL, *line.split()], stdout=subprocess.PIPE, stderr=slave) as process:
        os.close(slave)
        shown = os.read(master, 100)  # a tick: it plays
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 130
        assert process.stdout.read() == b""
    try:
        while chunk := os.read(master, 1000):
            shown += chunk
    except OSError:  # how Linux says that the other side is closed
        os.close(master)
    assert b"frames" in shown and b"\r" in shown and b"interrupted" in shown, shown


def main():
    tests = [last_line_has_the_accuracy, text_may_name_classes_where_names_are_given, folders_match_by_name,
             json_and_pictures_are_written, every_sink_is_read_and_each_frame_counts_once,
             element_chooses_among_classifiers, numbers_that_disagree_are_both_named, errors_of_the_pipeline_are_told,
             wrong_usage_is_2, interrupt_ends_it]
    failed = 0
    for test in tests:
        try:
            with tempfile.TemporaryDirectory() as folder:
                test(folder)
        except Exception as error:  # one failure does not hide the others
            failed += 1
            print(f"FAILED: {test.__name__}: {error!r}")
    print(f"{100 * (len(tests) - failed) // len(tests)}%: Checks: {len(tests)}, Failures: {failed}, Errors: 0")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
