"""The demo's date holds only as long as nothing real was delivered."""

from __future__ import annotations

from datetime import date

from include import demo, synthetic, warehouse


def test_without_generated_exports_there_is_no_fixed_date(config):
    assert demo.fixed_date(config) is None


def test_generated_exports_fix_the_date(config):
    made = synthetic.generate(config, "tiny")
    assert demo.fixed_date(config) == made.as_of == date(2024, 10, 1)


def test_a_real_file_in_landing_lifts_it(config):
    synthetic.generate(config, "tiny")
    real = config.landing / "generic" / "orders_real.csv"
    real.parent.mkdir(parents=True)
    real.write_text("order_id\n1\n")
    assert demo.fixed_date(config) is None


def test_the_own_list_history_does_not_count_as_real(config):
    synthetic.generate(config, "tiny")
    own = config.landing / "okoshi_lists" / "okoshi_lists_2024-10-01.csv"
    own.parent.mkdir(parents=True)
    own.write_text("list_id\n")
    assert demo.fixed_date(config) == date(2024, 10, 1)


def test_a_real_file_that_was_taken_lifts_it(config):
    synthetic.generate(config, "tiny")
    with warehouse.writer(config) as connection:
        connection.execute(
            "insert into ops.file_ledger (delivery_id, source, delivered_sha256) values ('d', 'generic', 'other')"
        )
    assert demo.fixed_date(config) is None
