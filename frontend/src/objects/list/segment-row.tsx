import { useSegments } from "../data/segments";
import { useFormat } from "../fields/use-format";
import type { SegmentDraft } from "../model/filter-draft";
import styles from "./filter-bar.module.css";
import { RemoveButton } from "./filter-editor";
import { Choose } from "./related-row";

type SegmentRowProps = {
  object: string;
  draft: SegmentDraft;
  onChange: (draft: SegmentDraft) => void;
  onRemove: () => void;
};

/** On a segment, or not on it. */
export function SegmentRow({ object, draft, onChange, onRemove }: SegmentRowProps) {
  const { t } = useFormat();
  const { data = [] } = useSegments(object);
  return (
    <div className={styles.sentence}>
      <Choose
        label={t("segment.membership")}
        value={draft.off ? "off" : "on"}
        options={[
          { value: "on", label: t("segment.is_on") },
          { value: "off", label: t("segment.is_off") },
        ]}
        onPick={(value) => onChange({ ...draft, off: value === "off" })}
      />
      <Choose
        label={t("segment.which")}
        value={draft.segment}
        options={data.map((segment) => ({ value: segment.id, label: segment.name }))}
        onPick={(segment) => onChange({ ...draft, segment })}
      />
      <RemoveButton onClick={onRemove} />
    </div>
  );
}
