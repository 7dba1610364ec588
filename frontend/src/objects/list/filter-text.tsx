/** A condition in words, as a chip says it: "行业 属于 制造业、医药". */
import { useLabels } from "../data/options";
import { kindOf } from "../fields/registry";
import { useFormat } from "../fields/use-format";
import { type Filter, isLeaf, type Leaf } from "../model/filter";
import { fieldOf, type ObjectMeta } from "../model/meta";

export function FilterText({ meta, filter }: { meta: ObjectMeta; filter: Filter }) {
  const { t } = useFormat();
  if (isLeaf(filter)) return <LeafText meta={meta} leaf={filter} />;
  if ("not" in filter) {
    return (
      <>
        {t("filter.not")} <FilterText meta={meta} filter={filter.not} />
      </>
    );
  }
  const joint = t("and" in filter ? "filter.and" : "filter.or");
  const parts = "and" in filter ? filter.and : filter.or;
  return (
    <>
      {parts.map((part, index) => (
        <span key={JSON.stringify(part)}>
          {index > 0 ? <b> {joint} </b> : null}
          <FilterText meta={meta} filter={part} />
        </span>
      ))}
    </>
  );
}

function LeafText({ meta, leaf }: { meta: ObjectMeta; leaf: Leaf }) {
  const context = useFormat();
  const { t } = context;
  const field = fieldOf(meta, leaf.field);
  const kind = kindOf(field ?? { type: "text" });
  const plain = field && leaf.op !== "is_null" ? kind.filterText(field, leaf.value, leaf.op, context) : "";
  const ids =
    plain === null ? [leaf.value].flat().filter((one): one is string => typeof one === "string") : [];
  const labels = useLabels(field ? (kind.optionsOf?.(field) ?? null) : null, ids);
  const label = field?.label ?? leaf.field;
  if (leaf.op === "is_null")
    return <>{`${label} ${t(leaf.value === false ? "filter.not_empty" : "filter.empty")}`}</>;
  if (typeof leaf.value === "object" && leaf.value !== null && "days" in leaf.value) {
    return <>{`${label} ${t(`op.${leaf.op}`)} ${leaf.value.days} ${t("filter.days")}`}</>;
  }
  const value = plain ?? ids.map((id) => (id === "me" ? t("value.me") : (labels[id] ?? "…"))).join("、");
  return <>{`${label} ${t(`op.${leaf.op}`)} ${value}`}</>;
}
