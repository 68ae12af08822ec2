"""Operations of migrations that add an index while the product runs. The migration must not be
atomic; it may be run again after it broke off."""

from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState


class AddIndexLive(migrations.AddIndex):
    """As AddIndex, but on PostgreSQL nobody who writes waits for it."""

    atomic = False

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        if schema_editor.connection.vendor != "postgresql":
            _drop_leftover(schema_editor, self.index.name)
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        _drop_invalid(schema_editor, self.index.name)
        schema_editor.add_index(model, self.index, concurrently=True)  # type: ignore[call-arg]  # PostgreSQL's
        schema_editor.execute("RESET lock_timeout")


class DropForeignKeyIndexLive(migrations.AlterField):
    """Drops the index of a foreign key, where another one begins with it; changes nothing else."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = from_state.apps.get_model(app_label, self.model_name)
        column = model._meta.get_field(self.name).column
        is_postgresql = schema_editor.connection.vendor == "postgresql"
        drop = _drop_invalid if is_postgresql else _drop_leftover
        for name in schema_editor._constraint_names(model, [column], index=True):  # type: ignore[attr-defined]  # not in the stubs
            drop(schema_editor, name)
        if is_postgresql:
            schema_editor.execute("RESET lock_timeout")

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        field = model._meta.get_field(self.name)
        is_postgresql = schema_editor.connection.vendor == "postgresql"
        how = {"concurrently": True} if is_postgresql else {}
        schema_editor.execute(schema_editor._create_index_sql(model, fields=[field], **how))  # type: ignore[attr-defined]  # not in the stubs


def add_beginning_index(table: str, column: str, name: str) -> migrations.RunPython:
    """For `__istartswith`, whatever the collation of the database. SQLite reads the table."""
    return _add(name, postgresql=f"{table} (upper({column}) text_pattern_ops)")


def add_admin_log_index(name: str) -> migrations.RunPython:
    """For the home page of the admin, which shows the last ten things that one has done there."""
    rows = "django_admin_log (user_id, action_time DESC)"
    return _add(name, postgresql=rows, sqlite=rows)


def add_domain_index(name: str) -> migrations.RunPython:
    """For `User.objects.of_domain`, with the sign-up's status. No column: an address never changes,
    so only a registration and a decision write it, and rows of an older node are in it too."""
    rows = "accounts_user (({domain}), signup_status, id)"
    return _add(
        name,
        postgresql=rows.format(domain="split_part(email_key, '@', 2)"),
        sqlite=rows.format(domain="substr(email_key, instr(email_key, '@') + 1)"),
    )


def _add(name: str, *, postgresql: str, sqlite: str = "") -> migrations.RunPython:
    """An index on what each kind of database is told; none where it is told nothing."""

    def add(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
        if schema_editor.connection.vendor == "postgresql":
            _drop_invalid(schema_editor, name)
            schema_editor.execute(f"CREATE INDEX CONCURRENTLY {name} ON {postgresql}")
            schema_editor.execute("RESET lock_timeout")
        elif sqlite:
            _drop_leftover(schema_editor, name)
            schema_editor.execute(f"CREATE INDEX {name} ON {sqlite}")

    def remove(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
        schema_editor.execute(f"DROP INDEX IF EXISTS {name}")

    return migrations.RunPython(add, remove, atomic=False)


def _drop_leftover(schema_editor: BaseDatabaseSchemaEditor, name: str) -> None:
    """SQLite's: the migration is not atomic there either."""
    schema_editor.execute(f"DROP INDEX IF EXISTS {name}")


def _drop_invalid(schema_editor: BaseDatabaseSchemaEditor, name: str) -> None:
    """What a run that broke off has left. Waits for transactions as long as they take: whoever
    comes meanwhile does not wait."""
    schema_editor.execute("SET lock_timeout = 0")
    schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
