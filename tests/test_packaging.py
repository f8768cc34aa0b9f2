"""The wheel, the editable install and the plain checkout all find their grammars, models and data."""

from __future__ import annotations

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
SNIPPET = """\
int data, flag;

void writer(void)
{
	WRITE_ONCE(data, 1);
	smp_wmb();
	WRITE_ONCE(flag, 1);
}

int reader(void)
{
	if (!READ_ONCE(flag))
		return 0;
	smp_rmb();
	return READ_ONCE(data);
}
"""


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """A process with an empty search path for modules."""
    return subprocess.run(
        list(map(str, command)),
        cwd=cwd,
        env={"PATH": "/usr/bin:/bin", "HOME": str(cwd), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def require_proof(*command: str | Path, cwd: Path) -> None:
    """The command checks the snippet, from outside the checkout, and proves it."""
    (cwd / "mp.c").write_text(SNIPPET)
    done = run(*command, "check", "mp.c", cwd=cwd)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("proved under armv8 and lkmm: mp.c:")
    done = run(*command, "check", "-q", "--html", "mp.html", "mp.c", cwd=cwd)
    assert (done.returncode, done.stderr) == (0, "")
    assert (cwd / "mp.html").read_text(encoding="utf-8").startswith("<!doctype html>")


def make_environment(where: Path, *install: str | Path) -> Path:
    """A new virtual environment with the package installed; returns its bin directory."""
    venv.create(where, with_pip=True)
    done = run(where / "bin/python", "-m", "pip", "install", "--quiet", *install, cwd=where)
    assert done.returncode == 0, done.stderr
    return where / "bin"


def build(kind: str, source: Path, target: Path) -> Path:
    """The wheel or sdist of `source`, built into `target`."""
    command = [sys.executable, "-m", "build", f"--{kind}", "--outdir", str(target), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(target.glob("*.whl" if kind == "wheel" else "*.tar.gz"))


def test_plain_checkout(tmp_path: Path) -> None:
    (tmp_path / "run.py").write_text(
        f"import sys; sys.path.insert(0, {str(CHECKOUT)!r})\n"
        "from verifier.cli import main\nsys.exit(main(sys.argv[1:]))\n"
    )
    require_proof(sys.executable, tmp_path / "run.py", cwd=tmp_path)


@pytest.mark.full
def test_wheel(tmp_path: Path) -> None:
    wheel = build("wheel", CHECKOUT, tmp_path / "dist")
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder, pattern in (("grammars", "*.lark"), ("verifier/models", "*.cat"), ("verifier/kernel", "*")):
        inside = folder if folder.startswith("verifier/") else f"verifier/{folder}"
        data = {path.name for path in (CHECKOUT / folder).glob(pattern) if path.is_file()}
        assert {f"{inside}/{name}" for name in data} <= names
    assert "verifier/report/schema.json" in names
    templates = {path.name for path in (CHECKOUT / "verifier" / "report" / "templates").iterdir()}
    assert {f"verifier/report/templates/{name}" for name in templates} <= names
    bin_folder = make_environment(tmp_path / "venv", wheel)
    require_proof(bin_folder / "mbpair", cwd=tmp_path)
    require_proof(bin_folder / "python", "-m", "verifier", cwd=tmp_path)


@pytest.mark.full
def test_wheel_from_the_sdist(tmp_path: Path) -> None:
    sdist = build("sdist", CHECKOUT, tmp_path / "dist")
    bin_folder = make_environment(tmp_path / "venv", sdist)
    require_proof(bin_folder / "mbpair", cwd=tmp_path)


@pytest.mark.full
def test_editable_install(tmp_path: Path) -> None:
    bin_folder = make_environment(tmp_path / "venv", "--editable", CHECKOUT)
    require_proof(bin_folder / "mbpair", cwd=tmp_path)
