/** A segment's name, conditions and readers; how many it would find is counted while the conditions are put together. */
import { Button } from "antd";
import { useDeferredValue, useState } from "react";
import { ApiError } from "@/api/client";
import type { FilterNode, Segment, SegmentDetail, ViewShare } from "@/api/types";
import { TextField } from "@/kit/field";
import { SidePanel } from "@/kit/side-panel";
import { useErrorText } from "@/kit/states";
import { useTotal } from "../data/records";
import { useSegmentWrites } from "../data/segments";
import { useFormat } from "../fields/use-format";
import { GroupEditor } from "../list/filter-editor";
import { type Filter, parseFilter } from "../model/filter";
import { isHalfTyped, toFilter, toGroup } from "../model/filter-draft";
import type { ObjectMeta } from "../model/meta";
import { sortProblem } from "../model/problem";
import styles from "./segments.module.css";
import { ShareSelect } from "./share-select";

type SegmentEditorProps = {
  meta: ObjectMeta;
  /** To be changed; null: a new one. */
  segment: Segment | null;
  kind: Segment["kind"];
  /** What a new one begins with. */
  first?: Filter | null;
  onSaved: (segment: SegmentDetail) => void;
  onClose: () => void;
};

export function SegmentEditor({ meta, segment, kind, first = null, onSaved, onClose }: SegmentEditorProps) {
  const { t } = useFormat();
  const errorText = useErrorText();
  const writes = useSegmentWrites();
  const [name, setName] = useState(segment?.name ?? "");
  const [description, setDescription] = useState(segment?.description ?? "");
  const [shared, setShared] = useState<ViewShare | null>(segment?.shared ?? null);
  const [group, setGroup] = useState(() => toGroup(segment ? parseFilter(segment.filter) : first));
  const [busy, setBusy] = useState(false);
  const [errors, setErrors] = useState<{ name?: string; other?: string }>({});
  const dynamic = kind === "dynamic";
  const filter = toFilter(group);

  async function save() {
    if (!name.trim()) return setErrors({ name: t("segment.name_missing") });
    if (dynamic && !filter) return setErrors({ other: t("segment.no_condition") });
    if (dynamic && isHalfTyped(group)) return setErrors({ other: t("segment.half_typed") });
    setBusy(true);
    const values = { name: name.trim(), description, shared };
    const conditions = dynamic ? { filter: filter as FilterNode } : {};
    try {
      const saved = segment
        ? await writes.change(segment, { ...values, ...conditions })
        : await writes.create({ object: meta.name, kind, ...values, ...conditions });
      onSaved(saved);
      onClose();
    } catch (error) {
      setBusy(false);
      if (!(error instanceof ApiError)) throw error;
      const found = sortProblem(error.errors, errorText(error), ["name"]);
      const other = found.general[0] ?? (found.byField.name ? undefined : errorText(error));
      setErrors({ ...(found.byField.name ? { name: found.byField.name } : {}), ...(other ? { other } : {}) });
    }
  }

  return (
    <SidePanel
      open
      onClose={onClose}
      title={segment ? t("segment.edit") : t(dynamic ? "segment.new_dynamic" : "segment.new_static")}
      width={720}
      footer={
        <div className={styles.foot}>
          {dynamic ? <LiveCount object={meta.name} filter={filter} /> : <span />}
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button type="primary" loading={busy} onClick={() => void save()}>
            {t("action.save")}
          </Button>
        </div>
      }
    >
      <div className={styles.form}>
        <TextField
          label={t("segment.name")}
          value={name}
          onValue={setName}
          maxLength={60}
          required
          autoComplete="off"
          error={errors.name}
        />
        <TextField
          label={t("segment.description")}
          value={description}
          onValue={setDescription}
          maxLength={300}
          autoComplete="off"
        />
        <ShareSelect shared={shared} onChange={setShared} />
        {dynamic ? (
          <section aria-label={t("segment.conditions")}>
            <h3 className={styles.heading}>{t("segment.conditions")}</h3>
            <GroupEditor meta={meta} group={group} onChange={setGroup} nested={false} />
          </section>
        ) : (
          <p className={styles.note}>{t("segment.static_help")}</p>
        )}
        {errors.other ? (
          <p className={styles.error} role="alert">
            {errors.other}
          </p>
        ) : null}
      </div>
    </SidePanel>
  );
}

/** How many of the records this person sees the conditions find now. */
function LiveCount({ object, filter }: { object: string; filter: Filter | null }) {
  const { t } = useFormat();
  const asked = useDeferredValue(JSON.stringify(filter));
  const total = useTotal(object, { filter: asked }, filter !== null);
  if (filter === null) return <span className={styles.count}>{t("segment.no_condition")}</span>;
  const words = total.data
    ? t(total.data.exact ? "segment.finds" : "segment.finds_about", {
        count: total.data.total.toLocaleString("en-US"),
      })
    : total.isError
      ? t("segment.cannot_count")
      : t("list.counting");
  return (
    <span className={styles.count} role="status">
      {words}
    </span>
  );
}
