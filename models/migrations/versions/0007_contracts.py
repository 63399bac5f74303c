"""Contracts and transfers

Revision ID: 0007_contracts
Revises: 0006_tenders
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007_contracts"
down_revision = "0006_tenders"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def _month(column: str, name: str) -> sa.CheckConstraint:
    """The column holds ``YYYY-MM``."""
    return sa.CheckConstraint(
        f"length({column}) = 7 AND substr({column}, 1, 1) IN ('1', '2')"
        f" AND substr({column}, 2, 1) BETWEEN '0' AND '9' AND substr({column}, 3, 1) BETWEEN '0' AND '9'"
        f" AND substr({column}, 4, 1) BETWEEN '0' AND '9'"
        f" AND substr({column}, 5, 1) = '-' AND substr({column}, 6, 2) IN ('01', '02', '03', '04', '05',"
        " '06', '07', '08', '09', '10', '11', '12')",
        name=op.f(name),
    )


def upgrade() -> None:
    op.create_table(
        "contracts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("bid_id", sa.Integer(), nullable=False),
        sa.Column("supply_id", sa.Integer()),
        sa.Column("demand_id", sa.Integer()),
        sa.Column("producer_id", sa.Integer(), nullable=False),
        sa.Column("taker_id", sa.Integer(), nullable=False),
        sa.Column("from_site_id", sa.Integer(), nullable=False),
        sa.Column("to_site_id", sa.Integer(), nullable=False),
        sa.Column("waste_type_id", sa.String(length=60), nullable=False),
        sa.Column("price_yuan_per_t", sa.Numeric(12, 2), nullable=False),
        sa.Column("freight_payer", sa.String(length=20), nullable=False),
        sa.Column("tolerance", sa.Numeric(7, 6), nullable=False),
        sa.Column("weighing_tolerance", sa.Numeric(7, 6), nullable=False),
        sa.Column("start_month", sa.CHAR(length=7), nullable=False),
        sa.Column("end_month", sa.CHAR(length=7), nullable=False),
        sa.Column("sampling", sa.Text(), nullable=False),
        sa.Column("off_spec", sa.String(length=20), nullable=False),
        sa.Column("clauses", sa.Text(), nullable=False),
        sa.Column("cross_province_ref", sa.String(length=120), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("producer_confirmed_by", sa.Integer()),
        sa.Column("producer_confirmed_at", sa.DateTime(timezone=True)),
        sa.Column("taker_confirmed_by", sa.Integer()),
        sa.Column("taker_confirmed_at", sa.DateTime(timezone=True)),
        sa.Column("confirm_by", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.Column("end_reason", sa.Text(), nullable=False),
        sa.Column("document_sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("freight_payer IN ('producer', 'taker')", name=op.f("ck_contracts_freight_payer")),
        _month("end_month", "ck_contracts_end_month"),
        _month("start_month", "ck_contracts_start_month"),
        sa.CheckConstraint("off_spec IN ('return', 'price_cut', 'retest')", name=op.f("ck_contracts_off_spec")),
        sa.CheckConstraint(
            "status <> 'active' OR (producer_confirmed_at IS NOT NULL AND taker_confirmed_at IS NOT NULL)",
            name=op.f("ck_contracts_confirmed"),
        ),
        sa.CheckConstraint(
            "status IN ('proposed', 'active', 'completed', 'ended', 'declined')",
            name=op.f("ck_contracts_status"),
        ),
        sa.CheckConstraint(
            "status NOT IN ('ended', 'completed', 'declined') OR ended_at IS NOT NULL",
            name=op.f("ck_contracts_ended_at"),
        ),
        sa.CheckConstraint(
            "end_month IS NULL OR end_month >= start_month", name=op.f("ck_contracts_months_in_order")
        ),
        sa.CheckConstraint("producer_id <> taker_id", name=op.f("ck_contracts_two_parties")),
        sa.CheckConstraint(
            "supply_id IS NOT NULL OR demand_id IS NOT NULL", name=op.f("ck_contracts_on_a_listing")
        ),
        sa.CheckConstraint(
            "tolerance BETWEEN 0 AND 0.2 AND weighing_tolerance BETWEEN 0 AND 0.2",
            name=op.f("ck_contracts_tolerance"),
        ),
        sa.ForeignKeyConstraint(["bid_id"], ["bids.id"], name=op.f("fk_contracts_bid_id")),
        sa.ForeignKeyConstraint(["demand_id"], ["demands.id"], name=op.f("fk_contracts_demand_id")),
        sa.ForeignKeyConstraint(["from_site_id"], ["sites.id"], name=op.f("fk_contracts_from_site_id")),
        sa.ForeignKeyConstraint(
            ["producer_confirmed_by"], ["users.id"], name=op.f("fk_contracts_producer_confirmed_by")
        ),
        sa.ForeignKeyConstraint(["producer_id"], ["enterprises.id"], name=op.f("fk_contracts_producer_id")),
        sa.ForeignKeyConstraint(["supply_id"], ["supplies.id"], name=op.f("fk_contracts_supply_id")),
        sa.ForeignKeyConstraint(
            ["taker_confirmed_by"], ["users.id"], name=op.f("fk_contracts_taker_confirmed_by")
        ),
        sa.ForeignKeyConstraint(["taker_id"], ["enterprises.id"], name=op.f("fk_contracts_taker_id")),
        sa.ForeignKeyConstraint(["to_site_id"], ["sites.id"], name=op.f("fk_contracts_to_site_id")),
        sa.ForeignKeyConstraint(["waste_type_id"], ["waste_types.id"], name=op.f("fk_contracts_waste_type_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contracts")),
        sa.UniqueConstraint("bid_id", name=op.f("uq_contracts_bid_id")),
        sa.UniqueConstraint("code", name=op.f("uq_contracts_code")),
    )
    op.create_index(op.f("ix_contracts_demand_id"), "contracts", ["demand_id"])
    op.create_index(op.f("ix_contracts_from_site_id"), "contracts", ["from_site_id"])
    op.create_index(op.f("ix_contracts_producer_id"), "contracts", ["producer_id"])
    op.create_index(op.f("ix_contracts_supply_id"), "contracts", ["supply_id"])
    op.create_index(op.f("ix_contracts_taker_id"), "contracts", ["taker_id"])
    op.create_index(op.f("ix_contracts_to_site_id"), "contracts", ["to_site_id"])
    op.create_table(
        "contract_months",
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.CHAR(length=7), nullable=False),
        sa.Column("planned_t", sa.Numeric(14, 3), nullable=False),
        _month("month", "ck_contract_months_month"),
        sa.CheckConstraint("planned_t >= 0", name=op.f("ck_contract_months_planned_t")),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_contract_months_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", "month", name=op.f("pk_contract_months")),
    )
    op.create_table(
        "contract_specs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("property_id", sa.String(length=60), nullable=False),
        sa.Column("minimum", sa.Double()),
        sa.Column("maximum", sa.Double()),
        sa.Column("basis", sa.String(length=20), nullable=False),
        sa.Column("standard", sa.Text(), nullable=False),
        sa.CheckConstraint("basis IN ('each', 'blend')", name=op.f("ck_contract_specs_basis")),
        sa.CheckConstraint(
            "minimum IS NOT NULL OR maximum IS NOT NULL", name=op.f("ck_contract_specs_some_limit")
        ),
        sa.CheckConstraint(
            "minimum IS NULL OR maximum IS NULL OR minimum <= maximum",
            name=op.f("ck_contract_specs_min_max"),
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_contract_specs_contract_id")),
        sa.ForeignKeyConstraint(["property_id"], ["properties.id"], name=op.f("fk_contract_specs_property_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_specs")),
        sa.UniqueConstraint(
            "contract_id", "property_id", "basis", name=op.f("uq_contract_specs_contract_id_property_id_basis")
        ),
    )
    op.create_index(op.f("ix_contract_specs_contract_id"), "contract_specs", ["contract_id"])
    op.create_table(
        "amendments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("proposed_by_side", sa.String(length=20), nullable=False),
        sa.Column("proposed_by", sa.Integer()),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changes", JSON, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("decided_by", sa.Integer()),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "proposed_by_side IN ('producer', 'taker')", name=op.f("ck_amendments_proposed_by_side")
        ),
        sa.CheckConstraint(
            "status = 'proposed' OR decided_at IS NOT NULL", name=op.f("ck_amendments_decided_at")
        ),
        sa.CheckConstraint(
            "status IN ('proposed', 'agreed', 'refused', 'withdrawn')", name=op.f("ck_amendments_status")
        ),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_amendments_contract_id")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_amendments_decided_by")),
        sa.ForeignKeyConstraint(["proposed_by"], ["users.id"], name=op.f("fk_amendments_proposed_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amendments")),
        sa.UniqueConstraint("contract_id", "number", name=op.f("uq_amendments_contract_id_number")),
    )
    op.create_index(op.f("ix_amendments_contract_id"), "amendments", ["contract_id"])
    op.create_index(
        op.f("uq_amendments_waiting"),
        "amendments",
        ["contract_id"],
        unique=True,
        sqlite_where=sa.text("status = 'proposed'"),
        postgresql_where=sa.text("status = 'proposed'"),
    )
    op.create_table(
        "transfers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("month", sa.CHAR(length=7), nullable=False),
        sa.Column("planned_t", sa.Numeric(14, 3), nullable=False),
        sa.Column("planned_for", sa.DateTime(timezone=True)),
        sa.Column("vehicle", sa.String(length=20), nullable=False),
        sa.Column("driver", sa.String(length=60), nullable=False),
        sa.Column("driver_phone", sa.String(length=30), nullable=False),
        sa.Column("carrier", sa.String(length=160), nullable=False),
        sa.Column("manifest_no", sa.String(length=14)),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("confirm_by", sa.DateTime(timezone=True)),
        sa.Column("accepted_t", sa.Numeric(14, 3)),
        sa.Column("decided_at", sa.DateTime(timezone=True)),
        sa.Column("decision_note", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Integer()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("submission_key", sa.String(length=64)),
        sa.Column("version", sa.Integer(), nullable=False),
        _month("month", "ck_transfers_month"),
        sa.CheckConstraint(
            "status IN ('planned', 'loaded', 'received', 'accepted', 'disputed', 'rejected', 'cancelled')",
            name=op.f("ck_transfers_status"),
        ),
        sa.CheckConstraint("accepted_t >= 0", name=op.f("ck_transfers_accepted_t")),
        sa.CheckConstraint(
            "manifest_no IS NULL OR length(manifest_no) = 14", name=op.f("ck_transfers_manifest_no")
        ),
        sa.CheckConstraint("planned_t > 0", name=op.f("ck_transfers_planned_t")),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_transfers_contract_id")),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_transfers_created_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfers")),
        sa.UniqueConstraint("code", name=op.f("uq_transfers_code")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_transfers_submission_key")),
    )
    op.create_index(op.f("ix_transfers_contract_id"), "transfers", ["contract_id"])
    op.create_index(
        op.f("uq_transfers_manifest_no"),
        "transfers",
        ["manifest_no"],
        unique=True,
        sqlite_where=sa.text("manifest_no IS NOT NULL AND status <> 'cancelled'"),
        postgresql_where=sa.text("manifest_no IS NOT NULL AND status <> 'cancelled'"),
    )
    op.create_table(
        "weighings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("transfer_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("gate", sa.String(length=10), nullable=False),
        sa.Column("slip_no", sa.String(length=60), nullable=False),
        sa.Column("gross_t", sa.Numeric(14, 3), nullable=False),
        sa.Column("tare_t", sa.Numeric(14, 3), nullable=False),
        sa.Column("weighed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("vehicle", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("recorded_by", sa.Integer()),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("gate IN ('out', 'in')", name=op.f("ck_weighings_gate")),
        sa.CheckConstraint("source IN ('form', 'csv', 'api')", name=op.f("ck_weighings_source")),
        sa.CheckConstraint("tare_t > 0 AND gross_t > tare_t", name=op.f("ck_weighings_gross_above_tare")),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_weighings_recorded_by")),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name=op.f("fk_weighings_site_id")),
        sa.ForeignKeyConstraint(["transfer_id"], ["transfers.id"], name=op.f("fk_weighings_transfer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_weighings")),
        sa.UniqueConstraint("site_id", "slip_no", name=op.f("uq_weighings_site_id_slip_no")),
        sa.UniqueConstraint("transfer_id", "gate", name=op.f("uq_weighings_transfer_id_gate")),
    )
    op.create_index(op.f("ix_weighings_transfer_id"), "weighings", ["transfer_id"])
    op.create_table(
        "acceptance_results",
        sa.Column("transfer_id", sa.Integer(), nullable=False),
        sa.Column("property_id", sa.String(length=60), nullable=False),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("method", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["property_id"], ["properties.id"], name=op.f("fk_acceptance_results_property_id")
        ),
        sa.ForeignKeyConstraint(
            ["transfer_id"], ["transfers.id"], name=op.f("fk_acceptance_results_transfer_id")
        ),
        sa.PrimaryKeyConstraint("transfer_id", "property_id", name=op.f("pk_acceptance_results")),
    )
    op.create_table(
        "transfer_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("transfer_id", sa.Integer(), nullable=False),
        sa.Column("gate", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("content_type", sa.String(length=80), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("uploaded_by", sa.Integer()),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("gate IN ('out', 'in')", name=op.f("ck_transfer_files_gate")),
        sa.CheckConstraint("size_bytes > 0", name=op.f("ck_transfer_files_size_bytes")),
        sa.ForeignKeyConstraint(["transfer_id"], ["transfers.id"], name=op.f("fk_transfer_files_transfer_id")),
        sa.ForeignKeyConstraint(["uploaded_by"], ["users.id"], name=op.f("fk_transfer_files_uploaded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfer_files")),
    )
    op.create_index(op.f("ix_transfer_files_transfer_id"), "transfer_files", ["transfer_id"])
    op.create_table(
        "disputes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("transfer_id", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(length=20), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by_side", sa.String(length=20)),
        sa.Column("deadline", sa.DateTime(timezone=True), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("proposed_t", sa.Numeric(14, 3)),
        sa.Column("proposed_by_side", sa.String(length=20)),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("about IN ('weight', 'quality')", name=op.f("ck_disputes_about")),
        sa.CheckConstraint("opened_by_side IN ('producer', 'taker')", name=op.f("ck_disputes_opened_by_side")),
        sa.CheckConstraint(
            "proposed_by_side IN ('producer', 'taker')", name=op.f("ck_disputes_proposed_by_side")
        ),
        sa.CheckConstraint("status = 'open' OR settled_at IS NOT NULL", name=op.f("ck_disputes_settled_at")),
        sa.CheckConstraint("status IN ('open', 'settled')", name=op.f("ck_disputes_status")),
        sa.CheckConstraint("proposed_t >= 0", name=op.f("ck_disputes_proposed_t")),
        sa.ForeignKeyConstraint(["transfer_id"], ["transfers.id"], name=op.f("fk_disputes_transfer_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_disputes")),
    )
    op.create_index(op.f("ix_disputes_transfer_id"), "disputes", ["transfer_id"])
    op.create_index(
        op.f("uq_disputes_open"),
        "disputes",
        ["transfer_id"],
        unique=True,
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_table(
        "contract_documents",
        sa.Column("contract_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number >= 0", name=op.f("ck_contract_documents_number")),
        sa.CheckConstraint("length(sha256) = 64", name=op.f("ck_contract_documents_sha256")),
        sa.ForeignKeyConstraint(["contract_id"], ["contracts.id"], name=op.f("fk_contract_documents_contract_id")),
        sa.PrimaryKeyConstraint("contract_id", "number", name=op.f("pk_contract_documents")),
    )


def downgrade() -> None:
    op.drop_table("contract_documents")
    op.drop_table("disputes")
    op.drop_table("transfer_files")
    op.drop_table("acceptance_results")
    op.drop_table("weighings")
    op.drop_table("transfers")
    op.drop_table("amendments")
    op.drop_table("contract_specs")
    op.drop_table("contract_months")
    op.drop_table("contracts")
