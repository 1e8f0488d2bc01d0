import ast
import os
import re
import select
import socket

import pytest

from jobsite.bootstrap import __main__ as commands
from jobsite.bootstrap import asked, prepare, serve
from jobsite.bootstrap.asked import BASE_DIR, Address, RefusalError


@pytest.fixture
def no_dot_env(monkeypatch, tmp_path):
    monkeypatch.setattr(asked, "BASE_DIR", tmp_path)
    return tmp_path


class TestAnOldPython:
    @pytest.mark.parametrize(
        "path", sorted((BASE_DIR / "jobsite" / "bootstrap").glob("*.py")), ids=str
    )
    def test_can_read_the_files_that_refuse_it(self, path):
        ast.parse(path.read_text("utf-8"), feature_version=(3, 7))

    def test_is_told_what_is_needed(self):
        with pytest.raises(RefusalError, match=r"Python 3\.9 is too old: 3\.11 or"):
            prepare.refuse_old_python((3, 9, 18))

    def test_is_no_old_python_if_it_is_the_oldest_that_works(self):
        prepare.refuse_old_python((3, 11, 0))


class TestAddress:
    def test_names_a_port_that_is_taken_and_another_one(self):
        with socket.create_server(("127.0.0.1", 0)) as other_program:
            port = other_program.getsockname()[1]

            with pytest.raises(RefusalError) as refusal:
                Address("localhost", str(port)).refuse_if_taken()

        assert f"Port {port} is taken" in str(refusal.value)
        assert f"make run PORT={port + 1}" in str(refusal.value)

    def test_takes_a_port_that_is_free(self):
        with socket.create_server(("127.0.0.1", 0)) as other_program:
            port = other_program.getsockname()[1]

        Address("localhost", str(port)).refuse_if_taken()

    @pytest.mark.parametrize("port", ["http", "0", "65536", "-1", ""])
    def test_refuses_a_port_that_is_none(self, port):
        with pytest.raises(RefusalError, match="PORT must be a number"):
            Address("localhost", port)

    def test_refuses_a_host_that_is_not_here(self):
        with pytest.raises(RefusalError, match=r"Cannot listen on 192\.0\.2\.1"):
            Address("192.0.2.1", "8000").refuse_if_taken()

    @pytest.mark.parametrize(
        ("host", "url"),
        [
            ("localhost", "http://localhost:8001"),
            ("192.0.2.1", "http://192.0.2.1:8001"),
            ("0.0.0.0", "http://localhost:8001"),  # noqa: S104
            ("::1", "http://[::1]:8001"),
        ],
    )
    def test_is_what_links_name(self, host, url):
        assert Address(host, "8001").url == url


class TestGiven:
    def test_prefers_the_environment_to_the_file(self, no_dot_env, monkeypatch):
        (no_dot_env / ".env").write_text("PORT=8001\n")
        monkeypatch.setenv("PORT", "8002")

        assert asked.given("PORT", "8000") == "8002"

    def test_reads_the_file(self, no_dot_env, monkeypatch):
        (no_dot_env / ".env").write_text("#PORT=8003\nPORT='8001'\n")
        monkeypatch.delenv("PORT", raising=False)

        assert asked.given("PORT", "8000") == "8001"

    def test_has_a_default(self, no_dot_env, monkeypatch):
        monkeypatch.delenv("PORT", raising=False)

        assert asked.given("PORT", "8000") == "8000"


class TestVariables:
    def test_put_port_and_host_into_links(self, no_dot_env, monkeypatch):
        for name in ("SITE_URL", "ALLOWED_HOSTS"):
            monkeypatch.delenv(name, raising=False)

        variables = commands.variables(Address("192.0.2.1", "8001"))

        assert variables["SITE_URL"] == "http://192.0.2.1:8001"
        assert "192.0.2.1" in variables["ALLOWED_HOSTS"].split(",")

    def test_leave_what_somebody_decided(self, no_dot_env, monkeypatch):
        monkeypatch.setenv("SITE_URL", "https://demo.example")
        monkeypatch.setenv("DEBUG", "True")
        (no_dot_env / ".env").write_text("QUIET_MINUTES=5\n")
        monkeypatch.delenv("QUIET_MINUTES", raising=False)

        variables = commands.variables(Address("localhost", "8000"))

        assert variables["SITE_URL"] == "https://demo.example"
        assert variables["DEBUG"] == "True"
        assert variables["QUIET_MINUTES"] == "5"


class TestBanner:
    def test_follows_port_and_host(self, no_dot_env, monkeypatch):
        monkeypatch.delenv("EMAIL_URL", raising=False)

        banner = serve.banner(Address("192.0.2.1", "8001"))

        assert "Board     http://192.0.2.1:8001/\n" in banner
        assert "Inbox     http://192.0.2.1:8001/demo/inbox/   every mail" in banner
        assert "Admin     http://192.0.2.1:8001/admin/\n" in banner

    def test_promises_no_inbox_when_emails_leave(self, no_dot_env, monkeypatch):
        monkeypatch.setenv("EMAIL_URL", "smtp://localhost:1025")

        banner = serve.banner(Address("localhost", "8000"))

        assert "/demo/inbox/" not in banner
        assert "leaves through EMAIL_URL" in banner


class TestStepsThatFail:
    def test_show_the_last_words_and_what_to_do(self):
        command = ["sh", "-c", "echo Working; echo It broke >&2; exit 3"]

        with pytest.raises(RefusalError) as refusal:
            prepare.run_quietly(command, advice="Mend it.")

        assert str(refusal.value) == "Working\nIt broke\n\nMend it."

    def test_show_nothing_when_they_work(self, capfd):
        prepare.run_quietly(["sh", "-c", "echo Working"], advice="Mend it.")

        assert capfd.readouterr() == ("", "")


class TestStopping:
    @pytest.fixture
    def start(self, tmp_path):
        """Start a script, and give a way to ask whether all its processes are gone."""
        path = tmp_path / "held by every process of the script"
        os.mkfifo(path)

        def start(script):
            child = serve.start(f"sh -c '{script}' 9> '{path}'")
            held = path.open("rb")
            assert held.readline() == b"started\n"

            def gone():
                ended, _, _ = select.select([held], [], [], 5)
                return bool(ended)

            return child, gone

        return start

    def test_leaves_no_child_and_no_grandchild(self, start):
        child, gone = start("sleep 60 & echo started >&9; sleep 60")

        serve.stop([child])

        assert gone()

    def test_ends_a_program_that_does_not_listen(self, start, monkeypatch):
        monkeypatch.setattr(serve, "SECONDS_TO_STOP", 0.2)
        child, gone = start("trap : TERM; echo started >&9; sleep 60; sleep 60")

        serve.stop([child])

        assert gone()

    def test_says_which_program_ended_by_itself(self):
        child = serve.start("sh -c 'exit 3'")
        child.wait()

        with pytest.raises(
            RefusalError, match=r"The worker process ended \(exit code 3"
        ):
            serve.refuse_ended({"worker": child})


class TestProcfile:
    def test_names_the_web_server_and_the_worker(self):
        assert [name for name, _ in serve.procfile()] == ["web", "worker"]


class TestLocks:
    @pytest.mark.parametrize("name", ["run", "dev", "tools"])
    def test_name_versions_and_hashes_and_no_registry(self, name):
        lock = (BASE_DIR / "requirements" / f"{name}.txt").read_text("utf-8")

        assert not re.search(r"://|--(extra-)?index-url|--find-links", lock)
        assert lock.count("==") <= lock.count("--hash=sha256:")

    def test_agree_on_every_version(self):
        def versions(name):
            lock = (BASE_DIR / "requirements" / f"{name}.txt").read_text("utf-8")
            return set(re.findall(r"^[\w.-]+==\S+", lock, re.MULTILINE))

        assert versions("run") <= versions("dev")
