"""Opening a store: its tables, what happens when many open it at once, and settings that name no database."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from parcours.errors import InputError, MissingExtraError, WorkspaceBusyError, WorkspaceError
from parcours.settings import Settings
from parcours.store import opening
from parcours.store.opening import NEWEST_STEP, Database, store_url
from parcours.store.tables import metadata


def test_the_steps_make_the_tables(url: sa.URL) -> None:
    database = Database(url)
    with database.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    database.close()


def test_the_newest_step_is_the_last_one() -> None:
    config = Config()
    config.set_main_option("script_location", "parcours.store:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == NEWEST_STEP


def test_many_may_open_a_new_store_at_once(url: sa.URL) -> None:
    with ThreadPoolExecutor(8) as pool:
        for database in pool.map(lambda _: Database(url), range(8)):
            with database.reading() as connection:
                assert connection.scalar(sa.text("SELECT count(*) FROM alembic_version")) == 1
            database.close()


def test_a_store_of_a_newer_release_is_left_alone(url: sa.URL) -> None:
    database = Database(url)
    with database.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(WorkspaceError, match="newer Parcours"):
        Database(url)


def test_a_reader_sees_one_state_while_others_write(url: sa.URL) -> None:
    database = Database(url)
    insert = sa.text("INSERT INTO applies (number, receipt, at_us, who, why) VALUES (1, 't', 0, '', '')")
    with database.reading() as reader:
        count = sa.text("SELECT count(*) FROM applies")
        assert reader.scalar(count) == 0
        with database.writing() as writer:
            writer.execute(insert)
        assert reader.scalar(count) == 0
    with database.reading() as reader:
        assert reader.scalar(count) == 1
    database.close()


def test_who_waits_too_long_is_told(url: sa.URL, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "BUSY_SECONDS", 1)
    one, other = Database(url), Database(url)
    with (
        one.writing(),
        pytest.raises(WorkspaceBusyError, match="another process has been writing"),
        other.writing(),
    ):
        pass
    one.close()
    other.close()


def test_sqlite_is_set_to_lose_nothing(tmp_path: Path) -> None:
    database = Database(sa.URL.create("sqlite+pysqlite", database=str(tmp_path / "a.sqlite")))
    with database.reading() as connection:
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in
                 ("journal_mode", "foreign_keys", "synchronous")]  # fmt: skip
    database.close()
    assert found == ["wal", 1, 2]


def test_the_setting_names_the_database(tmp_path: Path) -> None:
    assert store_url(tmp_path, Settings()).database == str(tmp_path / "documents.sqlite")
    remote = store_url(tmp_path, Settings(store="postgresql://nora:secret@db/shop"))
    assert (remote.drivername, remote.host) == ("postgresql+psycopg", "db")
    assert store_url(tmp_path, Settings(store="sqlite:///x.sqlite")).database == "x.sqlite"


@pytest.mark.parametrize(
    ("given", "told"),
    [("nothing", "not the URL of a database"), ("mysql://db/shop", "'mysql', which is not supported")],
)
def test_a_setting_that_names_none_is_told(tmp_path: Path, given: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        store_url(tmp_path, Settings(store=given))


def test_without_the_driver_the_extra_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtraError, match=r"pip install 'parcours\[postgres\]'"):
        Database(sa.make_url("postgresql+psycopg://nora@localhost/shop"))


def test_a_database_out_of_reach_is_told_without_its_password() -> None:
    with pytest.raises(WorkspaceError, match="cannot be used") as caught:
        Database(sa.make_url("postgresql+psycopg://nora:secret@127.0.0.1:1/shop"))
    assert "secret" not in str(caught.value)


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.sqlite").write_text("none of this is a database, and long enough to be looked at" * 20)
    with pytest.raises(WorkspaceError, match="not a database"):
        Database(sa.URL.create("sqlite+pysqlite", database=str(tmp_path / "a.sqlite")))
    with pytest.raises(WorkspaceError, match="does not exist"):
        Database(sa.URL.create("sqlite+pysqlite", database=str(tmp_path / "no" / "a.sqlite")))
