"""Make the extracts of public data that Parcours ships, from the public files themselves.

    python tools/make_extracts.py SOURCE

``SOURCE`` is a folder with

    complete-journey/   campaign_descriptions, campaigns, coupon_redemptions, demographics, products and
                        transactions, each a Parquet file (the tables of the package completejourney, CC0)
    online-retail-ii/   online_retail_II_2009_2010.csv.gz and online_retail_2010_2011.csv.gz
                        (UCI Machine Learning Repository 502 and 352, CC BY 4.0)

Whole customers are drawn, never single rows: a customer is in when the MD5 of a fixed salt and the customer's
number falls into the share wanted, so the draw is the same on every machine. The salt keeps it independent of
the hash that spreads customers over the parts of the event log. Same input and same pyarrow, same bytes.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

SALT: Final = "parcours extract "
HOUSEHOLDS_ONE_IN: Final = 2
GIFT_CUSTOMERS_ONE_IN: Final = 3
GIFT_INVOICES_WITHOUT_CUSTOMER_ONE_IN: Final = 50
TARGET: Final = Path(__file__).resolve().parent.parent / "src" / "parcours" / "samples" / "data"

GIFT_YEARS: Final = {
    "online_retail_II_2009_2010.csv.gz": "lines_2009_2010",
    "online_retail_2010_2011.csv.gz": "lines_2010_2011",
}

BASKETS: Final = """
    SELECT household_id, basket_id, store_id, transaction_timestamp::timestamp_ms AS transaction_timestamp,
           coalesce(department, 'UNKNOWN') AS department,
           sum(sales_value::decimal(9, 2))::decimal(9, 2) AS sales_value, count(*)::integer AS lines
    FROM read_parquet($source || '/transactions.parquet') AS facts
    LEFT JOIN read_parquet($source || '/products.parquet') AS products USING (product_id)
    WHERE {drawn}
    GROUP BY ALL
    ORDER BY household_id, transaction_timestamp, basket_id, sales_value DESC, department
"""
CAMPAIGN_NAME: Final = "right(campaign_type, 1) || '-' || campaign_id"  # type A, number 18
CAMPAIGNS: Final = """
    SELECT household_id, campaign_id, campaign_type, {campaign} AS campaign,
           start_date::date AS start_date, end_date::date AS end_date
    FROM read_parquet($source || '/campaigns.parquet') AS facts
    JOIN read_parquet($source || '/campaign_descriptions.parquet') AS described USING (campaign_id)
    WHERE {drawn}
    ORDER BY household_id, start_date, campaign_id
"""
REDEMPTIONS: Final = """
    SELECT household_id, coupon_upc, campaign_id, campaign_type, {campaign} AS campaign,
           redemption_date::date AS redemption_date
    FROM read_parquet($source || '/coupon_redemptions.parquet') AS facts
    JOIN read_parquet($source || '/campaign_descriptions.parquet') AS described USING (campaign_id)
    WHERE {drawn}
    ORDER BY household_id, redemption_date, campaign_id, coupon_upc
"""
DEMOGRAPHICS: Final = """
    SELECT * FROM read_parquet($source || '/demographics.parquet') WHERE {drawn} ORDER BY household_id
"""
GIFT_LINES: Final = """
    WITH given AS (
        SELECT *, row_number() OVER () AS place
        FROM read_csv($source, header = true, all_varchar = true, names = [
            'Invoice', 'StockCode', 'Description', 'Quantity',
            'InvoiceDate', 'Price', 'Customer ID', 'Country'
        ])
    )
    SELECT "Invoice", "StockCode", "Description", "Quantity"::integer AS "Quantity",
           "InvoiceDate"::timestamp_ms AS "InvoiceDate", "Price"::decimal(9, 3) AS "Price",
           "Customer ID", "Country"
    FROM given
    WHERE {customers} OR ("Customer ID" IS NULL AND ({invoices} OR "Invoice" LIKE 'A%'))
    ORDER BY place
"""


def drawn(column: str, one_in: int) -> str:
    """SQL that is true for one in so many values of a column, always the same ones."""
    return f"md5_number_lower('{SALT}' || {column}) % {one_in} = 0"


def write(query: str, source: Path, target: Path, delta: tuple[str, ...] = ()) -> None:
    """Run a query over a source and write its rows; ``delta`` columns rise slowly: stored as differences."""
    rows = duckdb.connect().sql(query, params={"source": str(source)}).to_arrow_table()
    target.parent.mkdir(parents=True, exist_ok=True)
    plain = pa.table(rows).replace_schema_metadata(None)
    pq.write_table(
        plain,
        target,
        compression="zstd",
        compression_level=19,
        use_dictionary=[name for name in plain.column_names if name not in delta],
        column_encoding=dict.fromkeys(delta, "DELTA_BINARY_PACKED"),
    )
    size = target.stat().st_size
    sys.stdout.write(f"{target.relative_to(TARGET)}: {plain.num_rows:,} rows, {size:,} bytes\n")


def make_complete_journey(source: Path, target: Path) -> None:
    """Half of the households: baskets by department, mailings with their dates, redemptions, demographics."""
    where = drawn("household_id", HOUSEHOLDS_ONE_IN)
    rising = ("basket_id", "transaction_timestamp")
    write(BASKETS.format(drawn=where), source, target / "baskets.parquet", rising)
    for name, query in (
        ("campaigns", CAMPAIGNS),
        ("coupon_redemptions", REDEMPTIONS),
        ("demographics", DEMOGRAPHICS),
    ):
        write(query.format(drawn=where, campaign=CAMPAIGN_NAME), source, target / f"{name}.parquet")


def make_online_retail(source: Path, target: Path) -> None:
    """A third of the customers, one in fifty of the invoices that name none; bad rows as published."""
    query = GIFT_LINES.format(
        customers=drawn('"Customer ID"', GIFT_CUSTOMERS_ONE_IN),
        invoices=drawn('"Invoice"', GIFT_INVOICES_WITHOUT_CUSTOMER_ONE_IN),
    )
    for published, name in GIFT_YEARS.items():
        write(query, source / published, target / f"{name}.parquet", ("InvoiceDate",))


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        sys.stderr.write(f"{__doc__}\n")
        return 2
    source = Path(arguments[0])
    make_complete_journey(source / "complete-journey", TARGET / "complete-journey")
    make_online_retail(source / "online-retail-ii", TARGET / "online-retail")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
