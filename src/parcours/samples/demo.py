"""Workspaces to look at: two of real shops, from extracts that come with Parcours, and one of a simulated shop.

    grocery    Complete Journey: households, their baskets, the coupon campaigns mailed to them, the coupons redeemed
    giftshop   Online Retail II: customers of a gift wholesaler, their orders and cancellations
    shop       a made-up shop with data of all five stages, labelled as simulated

Where the data comes from and what it is not stands in the README beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final, Literal, get_args

import pyarrow as pa
import pyarrow.parquet as pq

from parcours.errors import QueryError, did_you_mean
from parcours.journeys.templates import files_of
from parcours.journeys.templates.bundles import documents_in
from parcours.samples.simulated_shop import simulate
from parcours.samples.template_events import sample_events
from parcours.settings import Language, Settings
from parcours.workspace import Workspace, init

if TYPE_CHECKING:
    from parcours.events.importing import Progress

DemoName = Literal["grocery", "giftshop", "shop"]
DATA: Final = Path(__file__).parent / "data"


@dataclass(frozen=True)
class Demo:
    """One demo: its folder of data, its calendar and money, and its words in each language.

    ``tables`` are pairs of a Parquet file and the mapping that reads it, in the order of their import.
    """

    folder: str
    zone: str
    currency: str
    tables: tuple[tuple[str, str], ...]
    titles: dict[Language, str]
    sources: dict[Language, str]
    simulated: bool = False

    def lifecycle(self, language: Language) -> str:
        """The YAML text of the demo's lifecycle."""
        return (DATA / self.folder / f"lifecycle.{language}.yaml").read_text(encoding="utf-8")

    def documents(self, language: Language) -> Mapping[str, str]:
        """The texts of all the demo's documents by path: its lifecycle, and its journey where it has one."""
        bundle = DATA / self.folder / "documents.yaml"
        own = documents_in(bundle.read_text(encoding="utf-8"), language) if bundle.is_file() else ()
        return files_of(self.lifecycle(language), own, language)

    def settings(self, language: Language) -> Settings:
        """The settings of the demo's workspace."""
        return Settings(
            title=self.titles[language],
            zone=self.zone,
            currency=self.currency,
            language=language,
            simulated=self.simulated,
            source=self.sources[language],
        )


DEMOS: Final[dict[DemoName, Demo]] = {
    "grocery": Demo(
        folder="complete-journey",
        zone="America/New_York",
        currency="USD",
        tables=(
            ("baskets", "baskets"),
            ("campaigns", "campaigns"),
            ("coupon_redemptions", "coupon_redemptions"),
            ("demographics", "demographics"),
        ),
        titles={"en": "Grocery shoppers, 2017", "fr": "Clients d’une enseigne alimentaire, 2017"},
        sources={
            "en": "Real data: The Complete Journey by 84.51°, package completejourney, CC0 1.0. An extract of one "
            "household in two; its figures are not those of the whole.",
            "fr": "Données réelles : The Complete Journey de 84.51°, paquet completejourney, CC0 1.0. Extrait d’un "
            "foyer sur deux ; ses chiffres ne sont pas ceux de l’ensemble.",
        },
    ),
    "giftshop": Demo(
        folder="online-retail",
        zone="Europe/London",
        currency="GBP",
        tables=(("lines_2009_2010", "mapping"), ("lines_2010_2011", "mapping")),
        titles={"en": "Gift wholesaler, 2009–2011", "fr": "Grossiste en cadeaux, 2009–2011"},
        sources={
            "en": "Real data: Online Retail II, D. Chen, UCI Machine Learning Repository 502 and 352, CC BY 4.0. An "
            "extract of one customer in three; its figures are not those of the whole.",
            "fr": "Données réelles : Online Retail II, D. Chen, UCI Machine Learning Repository 502 et 352, CC BY "
            "4.0. Extrait d’un client sur trois ; ses chiffres ne sont pas ceux de l’ensemble.",
        },
    ),
    "shop": Demo(
        folder="shop",
        zone="Europe/Paris",
        currency="EUR",
        tables=(("events", "events"), ("profiles", "profiles"), ("observations", "observations")),
        titles={"en": "Simulated shop", "fr": "Boutique simulée"},
        sources={
            "en": "Simulated data: customers, orders and costs are made up.",
            "fr": "Données simulées : clients, commandes et coûts sont inventés.",
        },
        simulated=True,
    ),
}


def demo_named(name: str) -> DemoName:
    """The demo of this name; raises QueryError with the names that exist."""
    for known in get_args(DemoName):
        if known == name:
            chosen: DemoName = known
            return chosen
    raise QueryError(f"There is no demo {name!r}.", hint=did_you_mean(name, get_args(DemoName)))


def build_demo(
    folder: Path,
    name: DemoName = "grocery",
    *,
    language: Language = "en",
    now: datetime,
    progress: Callable[[Progress], None] | None = None,
) -> Workspace:
    """Make the demo's workspace in a new or empty folder and import its data.

    ``now`` is the instant of the import; the simulated shop's two years end at the beginning of its day. Raises
    QueryError for a name that does not exist, WorkspaceExistsError when the folder holds anything.
    """
    demo = DEMOS[demo_named(name)]
    workspace = init(folder, settings=demo.settings(language), documents=demo.documents(language))
    with _tables(demo, now) as tables:
        for file, mapping in demo.tables:
            workspace.import_files(
                [tables / f"{file}.parquet"],
                DATA / demo.folder / f"{mapping}.yaml",
                now=now,
                progress=progress,
            )
    return workspace


def fill_with_samples(workspace: Workspace, *, now: datetime) -> int:
    """Import made-up events that walk the workspace's first journey; their number.

    They end at the beginning of the day of ``now``. Raises QueryError when there is no journey to walk.
    """
    documents = workspace.documents()
    if not documents.journeys:
        raise QueryError(
            "There is no journey to make sample events for.", hint="Begin with: parcours init --template"
        )
    with TemporaryDirectory(prefix="parcours-") as folder:
        place = Path(folder) / "sample.parquet"
        pq.write_table(sample_events(documents, end=now.astimezone(UTC).date()), place)
        report = workspace.import_files([place], DATA / "shop" / "events.yaml", now=now)
    return report.events


@contextmanager
def _tables(demo: Demo, now: datetime) -> Iterator[Path]:
    """The folder of the demo's Parquet files; of the simulated shop they are made for the occasion."""
    if not demo.simulated:
        yield DATA / demo.folder
        return
    shop = simulate(end=now.astimezone(UTC).date())
    with TemporaryDirectory(prefix="parcours-") as folder:
        made: dict[str, pa.Table] = {
            "events": shop.events,
            "profiles": shop.profiles,
            "observations": shop.observations,
        }
        for table_name, table in made.items():
            pq.write_table(table, Path(folder) / f"{table_name}.parquet")
        yield Path(folder)
