import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ChangeLine, type VersionChange, Versions } from "@/features/admin/public";
import { comma, useT } from "@/i18n/index";
import { useMeta } from "@/objects/data/meta";
import { FilterText } from "@/objects/list/filter-text";
import { parseFilter } from "@/objects/model/filter";
import { fieldOf, type ObjectMeta } from "@/objects/model/meta";
import type { FieldsOf, Rollup } from "./definition";
import { fieldsQuery, useRefresh } from "./queries";

type HistoryProps = { path: string; object: string; onReverted: () => void };

/** How a field or a layout came to be what it is, and the way back to any of its versions. */
export function History({ path, object, onReverted }: HistoryProps) {
  const t = useT("fields");
  const refresh = useRefresh(object);
  const { data: of } = useQuery(fieldsQuery(object));
  const { data: meta } = useMeta(object);
  const words = (name: string, value: unknown) => <Words of={of} meta={meta} name={name} value={value} />;
  const nameOf = (name: string) =>
    [name, `flag_${name}`, `part_${name}`].map((key) => t(key, { defaultValue: "" })).find(Boolean) ?? name;
  const tell = (change: VersionChange) => (
    <ChangeLine
      name={nameOf(change.name)}
      old={words(change.name, change.old)}
      now={words(change.name, change.new)}
    />
  );
  return (
    <Versions
      path={path}
      tell={tell}
      onReverted={async () => {
        await refresh();
        onReverted();
      }}
    />
  );
}

type WordsProps = {
  of: FieldsOf | undefined;
  meta: ObjectMeta | undefined;
  name: string;
  value: unknown;
};

/** A setting as a person reads it: conditions in words, fields and choices by their names. */
function Words({ of, meta, name, value }: WordsProps): ReactNode {
  const t = useT("fields");
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "boolean") return t(value ? "yes" : "no");
  if (name === "show_when" || name === "require_when") {
    const filter = parseFilter(value);
    return meta && filter ? <FilterText meta={meta} filter={filter} /> : "…";
  }
  if (name === "rollup") return <RollupWords of={of} rollup={value as Rollup} />;
  const labelOf = (one: unknown): string => {
    if (typeof one === "string") return (meta && fieldOf(meta, one)?.label) ?? one;
    const { label_zh, fields } = one as { label_zh?: string; fields?: unknown[] };
    return fields ? `${label_zh}（${fields.map(labelOf).join(comma())}）` : (label_zh ?? JSON.stringify(one));
  };
  if (Array.isArray(value)) return value.map(labelOf).join(comma()) || "–";
  const offers: Record<string, { value: string; label: string }[] | undefined> = {
    type: of?.types.map(({ type, label }) => ({ value: type, label })),
    section: of?.sections.map(({ key, label }) => ({ value: key, label })),
    target: of?.targets.map(({ object, label }) => ({ value: object, label })),
    dictionary: of?.dictionaries.map(({ code, label }) => ({ value: code, label })),
  };
  const offered = offers[name]?.find((one) => one.value === value)?.label;
  if (name === "data_class") return t(`class_${value}`);
  return offered ?? (typeof value === "object" ? JSON.stringify(value) : String(value));
}

/** "商机 · 求和 · 金额". */
function RollupWords({ of, rollup }: { of: FieldsOf | undefined; rollup: Rollup }) {
  const t = useT("fields");
  const { data: meta } = useMeta(rollup.object);
  const link = of?.related.find((one) => one.object === rollup.object && one.field === rollup.field);
  const field = meta && rollup.of ? fieldOf(meta, rollup.of)?.label : null;
  const filter = parseFilter(rollup.filter);
  return (
    <>
      {[link?.label ?? rollup.object, t(`op_${rollup.op}`), field].filter(Boolean).join(" · ")}
      {meta && filter ? (
        <>
          {" · "}
          <FilterText meta={meta} filter={filter} />
        </>
      ) : null}
    </>
  );
}
