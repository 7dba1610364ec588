import { comma } from "@/i18n/index";
/** A condition in words, as a chip says it: "行业 属于 制造业、医药". */
import { useMeta } from "../data/meta";
import { useLabels } from "../data/options";
import { useSegments } from "../data/segments";
import { kindOf } from "../fields/registry";
import { useFormat } from "../fields/use-format";
import { type Filter, isInSegment, isLeaf, isRelated, type Leaf, type Related } from "../model/filter";
import { fieldOf, type ObjectMeta } from "../model/meta";

export function FilterText({ meta, filter }: { meta: ObjectMeta; filter: Filter }) {
  const { t } = useFormat();
  if (isLeaf(filter)) return <LeafText meta={meta} leaf={filter} />;
  if (isRelated(filter)) return <RelatedText meta={meta} filter={filter} />;
  if (isInSegment(filter)) return <SegmentText object={meta.name} id={filter.in_segment} />;
  if ("not" in filter) {
    return (
      <>
        {t("filter.not")} <PartText meta={meta} filter={filter.not} />
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
          <PartText meta={meta} filter={part} />
        </span>
      ))}
    </>
  );
}

/** Within another condition a group stands in brackets: "A 且（B 或 C）". */
function PartText({ meta, filter }: { meta: ObjectMeta; filter: Filter }) {
  const { t } = useFormat();
  const parts = "and" in filter ? filter.and : "or" in filter ? filter.or : [];
  const words = <FilterText meta={meta} filter={filter} />;
  if (parts.length < 2) return words;
  return (
    <>
      {t("filter.open")}
      {words}
      {t("filter.close")}
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
  const value = plain ?? ids.map((id) => (id === "me" ? t("value.me") : (labels[id] ?? "…"))).join(comma());
  return <>{`${label} ${t(`op.${leaf.op}`)} ${value}`}</>;
}

/** "没有跟进记录（其中 发生时间 最近 30 天）", "商机的金额合计 不小于 100000". */
function RelatedText({ meta, filter }: { meta: ObjectMeta; filter: Related }) {
  const { t } = useFormat();
  const { related, measure = { op: "count" }, op, value, where } = filter;
  const { data: target } = useMeta(related.object);
  const link = meta.related?.find((one) => one.object === related.object && one.field === related.field);
  const label = link?.label ?? target?.label_plural ?? related.object;
  const field = target && measure.field ? fieldOf(target, measure.field) : null;
  const inner = target && where ? <FilterText meta={target} filter={where} /> : null;
  return (
    <>
      {measure.op === "count" && op === "gte" && value === 1 ? t("related.has_some", { label }) : null}
      {measure.op === "count" && op === "eq" && value === 0 ? t("related.has_none", { label }) : null}
      {isCounted(filter) ? (
        <>
          {measure.op === "count"
            ? t("related.count_of", { label })
            : t("related.figure_of", {
                label,
                field: field?.label ?? "",
                op: t(`measure.${measure.op}`),
              })}{" "}
          <FigureText target={target} filter={filter} />
        </>
      ) : null}
      {inner ? (
        <>
          {t("related.of_which")}
          {inner}
          {t("related.of_which_end")}
        </>
      ) : null}
    </>
  );
}

function isCounted({ measure, op, value }: Related): boolean {
  const counts = !measure || measure.op === "count";
  return !(counts && ((op === "gte" && value === 1) || (op === "eq" && value === 0)));
}

/** Operator and value of a figure, in the words of its field. */
function FigureText({ target, filter }: { target: ObjectMeta | undefined; filter: Related }) {
  const context = useFormat();
  const { t } = context;
  const { op, value, measure } = filter;
  const field = target && measure?.field ? fieldOf(target, measure.field) : null;
  if (op === "is_null") return <>{t(value === false ? "filter.not_empty" : "filter.empty")}</>;
  if (typeof value === "object" && value !== null && "days" in value)
    return <>{`${t(`op.${op}`)} ${value.days} ${t("filter.days")}`}</>;
  const plain = field ? kindOf(field).filterText(field, value, op, context) : [value].flat().join("–");
  return <>{`${t(`op.${op}`)} ${plain ?? ""}`}</>;
}

function SegmentText({ object, id }: { object: string; id: string }) {
  const { t } = useFormat();
  const { data } = useSegments(object);
  return <>{t("segment.on", { name: data?.find((one) => one.id === id)?.name ?? "…" })}</>;
}
