"""Where something is, and a file that belongs to a record: values of several parts, kept as one."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

import orjson

from kemai.kit.ids import parse_id
from kemai.kit.text.normalise import clean_text
from kemai.kit.words import T
from kemai.platform.objects.types.base import BadValue, CellContext, FieldType, contains_pattern

if TYPE_CHECKING:
    from kemai.platform.objects.declare import Field

MAX_ADDRESS = 300
_CELL = re.compile(
    r"^\s*(?P<address>.*?)\s*[(（]?\s*(?P<lat>-?\d{1,2}(?:\.\d+)?)\s*[,，]\s*(?P<lng>-?\d{1,3}(?:\.\d+)?)\s*[)）]?\s*$",
    re.S,
)


def _opened(value: Any) -> Any:
    """A value that came out of the database unparsed."""
    return orjson.loads(orjson.dumps(value)) if isinstance(value, orjson.Fragment) else value


class Location(FieldType):
    """An address, a point on the map (WGS 84, degrees), or both."""

    name = "location"
    cast = "::jsonb"
    operators = ("is_null", "contains", "near")
    empty = None
    json_schema = {
        "type": "object",
        "properties": {"lat": {"type": "number"}, "lng": {"type": "number"}, "address": {"type": "string"}},
    }

    def extract(self, key: str) -> str:
        return f"(t.custom->'{key}')"

    def from_json(self, value: Any) -> Any:
        return value and {k: v if k == "address" else float(v) for k, v in value.items()}

    def null_sql(self, column: str) -> str:
        return f"({column} IS NULL)"

    def parse(self, field: Field, raw: Any) -> Any:
        if raw in (None, "", {}):
            return None
        if isinstance(raw, str):
            raw = {"address": raw}
        if not isinstance(raw, dict) or set(raw) - {"lat", "lng", "address"}:
            raise BadValue("not_location", T("应为地址和坐标。", "An address with a point is expected."))
        address = raw.get("address") or ""
        if not isinstance(address, str) or len(address := clean_text(address)) > MAX_ADDRESS:
            raise BadValue("too_long", T("地址最多 {limit} 个字。", "At most {limit} characters."), limit=MAX_ADDRESS)
        lat, lng = self._degrees(raw.get("lat"), 90), self._degrees(raw.get("lng"), 180)
        if (lat is None) != (lng is None):
            raise BadValue("half_point", T("经度和纬度须一起填写。", "Give latitude and longitude together."))
        if lat is None and not address:
            return None
        point = {} if lat is None else {"lat": lat, "lng": lng}
        return {**point, "address": address}

    def _degrees(self, raw: Any, limit: int) -> float | None:
        if raw in (None, ""):
            return None
        try:
            value = Decimal(str(raw)) if not isinstance(raw, bool) else Decimal("NaN")
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite() or abs(value) > limit:
            raise BadValue(
                "not_degrees", T("坐标应在 ±{limit} 度之间。", "Degrees between ±{limit} are expected."), limit=limit
            )
        return float(round(value, 6))

    def leaf(self, field: Field, op: str, raw: Any, column: str, name: str) -> tuple[str, dict[str, Any]]:
        if op == "contains":
            if not isinstance(raw, str) or "\x00" in raw:
                raise BadValue("not_text", T("应为文本。", "A text is expected."))
            return f"{column}->>'address' ILIKE %({name})s", {name: contains_pattern(raw)}
        if op == "near":
            return self._near(raw, column, name)
        return super().leaf(field, op, raw, column, name)

    def _near(self, raw: Any, column: str, name: str) -> tuple[str, dict[str, Any]]:
        """Great-circle distance on a sphere of 6371 km."""
        words = T('应为 {{"lat", "lng", "km"}}。', 'Expected: {{"lat", "lng", "km"}}.')
        if not isinstance(raw, dict):
            raise BadValue("not_place", words)
        lat, lng, km = self._degrees(raw.get("lat"), 90), self._degrees(raw.get("lng"), 180), raw.get("km")
        if (
            lat is None
            or lng is None
            or isinstance(km, bool)
            or not isinstance(km, (int, float))
            or not 0 < km <= 20_100
        ):
            raise BadValue("not_place", words)
        at_lat, at_lng = f"radians(({column}->>'lat')::float8)", f"radians(({column}->>'lng')::float8)"
        angle = (
            f"sin(({at_lat} - radians(%({name}_lat)s::float8)) / 2) ^ 2 + cos({at_lat}) * cos(radians(%({name}_lat)s::float8)) "
            f"* sin(({at_lng} - radians(%({name}_lng)s::float8)) / 2) ^ 2"
        )
        sql = f"COALESCE(2 * 6371 * asin(sqrt(least(1, {angle}))) <= %({name}_km)s::float8, FALSE)"
        return sql, {f"{name}_lat": lat, f"{name}_lng": lng, f"{name}_km": km}

    def from_cell(self, field: Field, text: str, context: CellContext) -> Any:
        found = _CELL.fullmatch(text)
        return {k: v for k, v in found.groupdict().items() if v} if found else {"address": text}

    def text(self, field: Field, value: Any, context: CellContext) -> Any:
        return self.words(field, _opened(value))

    def words(self, field: Field, value: Any) -> Any:
        if not isinstance(value, dict):
            return ""
        point = f"{value['lat']}, {value['lng']}" if value.get("lat") is not None else ""
        address = value.get("address") or ""
        return f"{address} ({point})" if address and point else address or point


class File(FieldType):
    """A file of the record. Written as the id of an upload of one's own; whoever may read the field may fetch the file."""

    name = "file"
    cast = "::jsonb"
    operators = ("is_null",)
    empty = None
    importable = False
    json_schema = {"type": "object"}

    def extract(self, key: str) -> str:
        return (
            "(SELECT jsonb_build_object('id', cf.id, 'name', cf.name, 'size', cf.size) "
            f"FROM base_storedfile cf WHERE cf.id = (t.custom->>'{key}')::uuid)"
        )

    def from_json(self, value: Any) -> Any:
        return parse_id(value)

    def null_sql(self, column: str) -> str:
        return f"({column} IS NULL)"

    def parse(self, field: Field, raw: Any) -> Any:
        if raw in (None, ""):
            return None
        key = parse_id(raw.get("id") if isinstance(raw, dict) else raw)
        if key is None:
            raise BadValue("not_file", T("应为已上传文件的编号。", "The id of an uploaded file is expected."))
        return key

    def text(self, field: Field, value: Any, context: CellContext) -> Any:
        return (_opened(value) or {}).get("name", "")
