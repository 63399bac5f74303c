"""Run by Alembic: migrations on the connection that :mod:`models.migrate` hands over."""

from alembic import context

import models.search  # noqa: F401 - loads every table the comparison must see
from models.base import Base
from models.migrations.compared import include_name, include_object_for

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    compare_type=True,
    include_name=include_name,
    include_object=include_object_for(connection.dialect.name),
)
with context.begin_transaction():
    context.run_migrations()
