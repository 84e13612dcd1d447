"""A mapping: how the rows of a table become events, profile traits and observations.

Question: which column is the customer, the time, the event, the value, and which rows make which event? A mapping is a
YAML document; ``columns`` names a column once although files spell it differently, and what is said at the top
(customer, time, currency, …) holds for every part that does not say otherwise.

In ``event``, ``currency``, ``channel``, ``campaign``, ``source`` and ``metric`` plain text is the value itself and
``{column: …}`` takes it from a column; everywhere else plain text names a column.
"""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from decimal import Decimal
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import available_timezones

from pydantic import Field, StrictFloat, StrictInt, field_validator, model_validator

from parcours.errors import MappingError, did_you_mean
from parcours.events.comparisons import Part
from parcours.events.conditions import Rows
from parcours.yaml_files import load_model, read_text

Name = Annotated[str, Field(min_length=1)]
Kind = Literal["delimited", "whitespace", "jsonl", "parquet", "excel"]
Aggregate = Literal["first", "last", "min", "max", "sum", "count", "count_distinct"]


class FileFormat(Part):
    """How the file is written; everything is found out from the file when it is not said."""

    kind: Kind | None = Field(None, description="delimited, whitespace, jsonl, parquet or excel.")
    delimiter: str | None = Field(
        None, min_length=1, max_length=1, description="Character between two fields."
    )
    quote: str = Field('"', max_length=1, description="Character around fields; empty for none.")
    header: bool | None = Field(
        None, description="Whether the first line names the columns; true unless `columns`."
    )
    columns: tuple[Name, ...] = Field((), description="Names of the columns of a file without a header.")
    encoding: str | None = Field(None, description="For example utf-8, cp1252, latin-1, utf-16.")
    decimal: Literal[".", ","] = Field(".", description="Decimal sign of numbers.")
    thousands: Literal["", ",", ".", " ", "'"] = Field("", description="Sign between thousands.")
    missing: tuple[str, ...] = Field((), description="Words that stand for no value, such as NA.")
    sheet: str | None = Field(None, description="Sheet of a workbook; the first when not said.")

    @model_validator(mode="after")
    def _consistent(self) -> FileFormat:
        if self.header is False and not self.columns:
            raise ValueError("a file without a header needs the names of its columns in `columns`")
        if self.thousands == self.decimal:
            raise ValueError("`decimal` and `thousands` cannot be the same sign")
        return self


class FromColumn(Part):
    """A text taken from a column, with renames: ``{column: type, names: {purchase: order_completed}}``."""

    column: Name
    names: dict[str, Name] = Field(default_factory=dict, description="Values to rename; others stay.")


Text = Name | FromColumn


class Time(Part):
    """When it happened: one column, or a date and a time of day; local to ``zone`` unless the text has an offset."""

    column: Name | None = None
    date: Name | None = None
    time: Name | None = None
    format: tuple[Name, ...] = Field(
        ("iso",),
        description="iso, epoch_s, epoch_ms, epoch_us, or strptime codes such as %d/%m/%Y; several are tried in turn.",
    )
    zone: str | None = Field(
        None, description="IANA zone of times without an offset; the workspace's when not said."
    )

    @model_validator(mode="before")
    @classmethod
    def _short_forms(cls, data: Any) -> Any:
        if isinstance(data, str):
            return {"column": data}
        if isinstance(data, dict) and isinstance(data.get("format"), str):
            return data | {"format": (data["format"],)}
        return data

    @model_validator(mode="after")
    def _one_way(self) -> Time:
        if (self.column is None) == (self.date is None):
            raise ValueError("a time needs either `column`, or `date` with `time` beside it")
        if self.time is not None and self.date is None:
            raise ValueError("`time` needs `date` beside it")
        return self

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str | None) -> str | None:
        if value is not None and value not in available_timezones():
            raise ValueError(
                f"unknown time zone {value!r}. {did_you_mean(value, available_timezones()) or ''}"
            )
        return value

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(name for name in (self.column, self.date, self.time) if name is not None)


class Value(Part):
    """An amount: a column, or the product of two columns or of a column and a number; exact decimals."""

    column: Name | None = None
    product: tuple[Name | StrictInt | StrictFloat, Name | StrictInt | StrictFloat] | None = None
    negate: bool = Field(False, description="Turn the sign, for refunds written as positive numbers.")
    minor_units: bool = Field(False, description="The column counts cents, not euros.")

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, data: Any) -> Any:
        return {"column": data} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _one_way(self) -> Value:
        if (self.column is None) == (self.product is None):
            raise ValueError("a value needs either `column` or `product`")
        return self

    @property
    def factors(self) -> tuple[str | Decimal, ...]:
        """Columns and numbers to multiply."""
        given = self.product if self.product is not None else (self.column or "",)
        return tuple(part if isinstance(part, str) else Decimal(str(part)) for part in given)


class Property(Part):
    """A property of an event: a column as text, number or true/false; of a group, how its lines are summed up."""

    column: Name | None = Field(None, description="The column; not needed to count lines.")
    as_: Literal["text", "number", "boolean"] | None = Field(
        None, alias="as", description="Kind of value; by the file's own type when not said."
    )
    take: Aggregate = Field(
        "first", description="Of a group's lines: first, last, min, max, sum, count, count_distinct."
    )

    @model_validator(mode="before")
    @classmethod
    def _short_form(cls, data: Any) -> Any:
        return {"column": data} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _has_column(self) -> Property:
        if self.column is None and self.take != "count":
            raise ValueError("a property needs a column, unless it counts lines (take: count)")
        return self


def set_time(part: str, *times: Time | None) -> Time:
    """The first time that is said; raises MappingError, which a whole mapping rules out, when none is."""
    given = next((time for time in times if time is not None), None)
    if given is None:
        raise MappingError(f"Part {part!r} has no time.")
    return given


class Who(Part):
    """What parts share with the top of the mapping."""

    customer_id: Name | None = Field(None, description="Column of the known customer's id.")
    anonymous_id: Name | None = Field(None, description="Column of an anonymous visitor's id.")
    time: Time | None = None


class EventPart(Who):
    """Which rows become events, and how."""

    name: str = Field(
        "", description="Names the part, in ids and in the quarantine; the event's name when not said."
    )
    event: Text
    rows: Rows | None = Field(None, description="Conditions on columns; all rows when not said.")
    group_by: tuple[Name, ...] = Field((), description="Rows that agree in these columns are one event.")
    time_of: Literal["first", "last"] = Field(
        "first", description="Of a group: its earliest or its latest time."
    )
    value: Value | None = None
    currency: Text | None = None
    channel: Text | None = None
    campaign: Text | None = None
    source: Text | None = None
    event_id: Name | None = Field(
        None, description="Column of an id of the event's own; else one is derived."
    )
    properties: dict[Name, Property] = Field(default_factory=dict)
    properties_json: Name | None = Field(None, description="Column that holds a JSON object of properties.")
    identical_rows: Literal["one", "each"] | None = Field(
        None, description="Whether identical rows are one event."
    )

    @model_validator(mode="before")
    @classmethod
    def _one_name(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("group_by"), str):
            data = data | {"group_by": (data["group_by"],)}
        if isinstance(data, dict) and not data.get("name") and isinstance(data.get("event"), str):
            data = data | {"name": data["event"]}
        return data

    @model_validator(mode="after")
    def _possible(self) -> EventPart:
        if self.group_by and (self.event_id or self.properties_json or self.identical_rows):
            raise ValueError("a group has its own id: leave out event_id, properties_json and identical_rows")
        if self.properties_json and self.properties:
            raise ValueError("give either properties or properties_json")
        grouped = [name for name, prop in self.properties.items() if prop.take != "first"]
        if grouped and not self.group_by:
            raise ValueError(f"property {grouped[0]!r} sums up lines, which needs group_by")
        return self


class TraitPart(Who):
    """Which columns are traits of the customer's profile."""

    name: str = "traits"
    rows: Rows | None = None
    as_of: datetime | None = Field(
        None, description="When the traits were known; the import's time when not said."
    )
    traits: dict[Name, Name] = Field(min_length=1, description="Trait: column.")


class ObservationPart(Part):
    """Figures that are not customer events: ad spend, search ranking, followers."""

    name: str = "observations"
    rows: Rows | None = None
    metric: Text
    time: Time | None = None
    value: Value
    currency: Text | None = Field(None, description="Only when the figure is money.")
    dimensions: dict[Name, Name] = Field(default_factory=dict, description="Dimension: column.")


class Ignored(Part):
    """Rows that are left out on purpose, counted under a reason."""

    reason: Name
    rows: Rows


class Join(Part):
    """Columns looked up in a second file beside the first."""

    file: Name = Field(description="File in the same folder as the imported one.")
    on: dict[Name, Name] = Field(min_length=1, description="Column here: column there.")
    columns: tuple[Name, ...] = Field(min_length=1, description="Columns to add.")

    @model_validator(mode="before")
    @classmethod
    def _same_name(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("on"), str):
            return data | {"on": {data["on"]: data["on"]}}
        return data


class Mapping(Who):
    """How a table's rows become events, profile traits and observations."""

    name: Name = Field(description="Names the mapping; part of derived ids, so keep it.")
    description: str = ""
    format: FileFormat = FileFormat()
    columns: dict[Name, tuple[Name, ...]] = Field(
        default_factory=dict, description="Name used in this mapping: the names it may have in a file."
    )
    joins: tuple[Join, ...] = ()
    currency: Text | None = None
    channel: Text | None = None
    campaign: Text | None = None
    source: Text | None = None
    identical_rows: Literal["one", "each"] = "one"
    ignore: tuple[Ignored, ...] = ()
    events: tuple[EventPart, ...] = ()
    traits: tuple[TraitPart, ...] = ()
    observations: tuple[ObservationPart, ...] = ()

    @model_validator(mode="after")
    def _complete(self) -> Mapping:
        if not self.parts:
            raise ValueError("a mapping needs at least one of events, traits, observations")
        _names_differ([part.name for part in self.parts])
        people: list[EventPart | TraitPart] = [*self.events, *self.traits]
        for part in people:
            if not any((part.customer_id, part.anonymous_id, self.customer_id, self.anonymous_id)):
                raise ValueError(f"part {part.name!r} names no customer: give customer_id or anonymous_id")
        happened: list[EventPart | ObservationPart] = [*self.events, *self.observations]
        for timed in happened:
            if timed.time is None and self.time is None:
                raise ValueError(f"part {timed.name!r} has no time")
        return self

    @property
    def parts(self) -> list[EventPart | TraitPart | ObservationPart]:
        """All parts."""
        return [*self.events, *self.traits, *self.observations]

    def with_defaults(self, part: EventPart) -> EventPart:
        """The part with what the top of the mapping says filled in."""
        given = {
            name: getattr(self, name)
            for name in ("time", "currency", "channel", "campaign", "source", "identical_rows")
            if getattr(part, name) is None
        }
        if not part.customer_id and not part.anonymous_id:
            given |= {"customer_id": self.customer_id, "anonymous_id": self.anonymous_id}
        return part.model_copy(update=given)

    def fingerprint(self) -> str:
        """Names what the mapping does: it changes when the mapping does, not when its words do."""
        content = self.model_dump(mode="json", exclude={"description"}, by_alias=True)
        text = json.dumps(content, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


def _names_differ(names: list[str]) -> None:
    if "" in names:
        raise ValueError("a part whose event comes from a column needs a `name`")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"two parts are called {twice[0]!r}; give each a `name` of its own")


def read_mapping(path: Path) -> Mapping:
    """The mapping in a YAML file; raises DocumentError with file, line and field."""
    return load_model(read_text(path), Mapping, file=str(path))


def parse_mapping(text: str, *, file: str = "mapping") -> Mapping:
    """The mapping in a text; raises DocumentError as if it stood in ``file``."""
    return load_model(text, Mapping, file=file)


def shipped_mappings() -> tuple[str, ...]:
    """Names of the mappings that come with Parcours."""
    folder = resources.files("parcours.events") / "mappings"
    return tuple(
        sorted(item.name.removesuffix(".yaml") for item in folder.iterdir() if item.name.endswith(".yaml"))
    )


def shipped_mapping(name: str) -> Mapping:
    """A mapping that comes with Parcours, by name; raises MappingError with what there is."""
    if name not in shipped_mappings():
        raise MappingError(
            f"There is no shipped mapping {name!r}.", hint=did_you_mean(name, shipped_mappings())
        )
    text = (resources.files("parcours.events") / "mappings" / f"{name}.yaml").read_text(encoding="utf-8")
    return parse_mapping(text, file=f"{name}.yaml")
