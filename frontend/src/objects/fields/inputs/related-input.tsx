import { useId, useState } from "react";
import type { Scalar } from "../../model/filter";
import { isReference, targetsOf } from "../../model/meta";
import type { FilterInputProps, InputProps } from "../types";
import { useFormat } from "../use-format";
import { ReferenceFilterInput } from "./filter-inputs";
import styles from "./inputs.module.css";
import { NativeSelect } from "./native-select";
import { ReferenceInput } from "./reference-input";

/** First the kind, then the record of that kind; the value carries both. */
export function RelatedInput(props: InputProps) {
  const { field, value, onChange } = props;
  const { t } = useFormat();
  const targets = targetsOf(field);
  const given = isReference(value) && "object" in value ? String(value.object) : null;
  const [picked, setPicked] = useState<string | null>(null);
  const kind = picked ?? given ?? targets[0]?.object ?? "";
  const label = targets.find((one) => one.object === kind)?.label ?? field.label;
  return (
    <div className={styles.pair}>
      <NativeSelect
        label={t("field.kind_of")}
        value={kind}
        options={targets.map((one) => ({ value: one.object, label: one.label }))}
        onChange={(next) => {
          setPicked(next);
          onChange(null);
        }}
      />
      <ReferenceInput
        {...props}
        key={kind}
        field={{ ...field, type: "reference", target: kind, target_label: label }}
        onChange={(next) => onChange(isReference(next) ? { ...next, object: kind } : null)}
      />
    </div>
  );
}

export function RelatedFilterInput(props: FilterInputProps) {
  const { field, op, onChange } = props;
  const { t } = useFormat();
  const id = useId();
  const targets = targetsOf(field);
  const [kind, setKind] = useState(targets[0]?.object ?? "");
  if (op === "is_null") return <ReferenceFilterInput {...props} />;
  return (
    <div id={id}>
      <NativeSelect
        label={t("field.kind_of")}
        value={kind}
        options={targets.map((one) => ({ value: one.object, label: one.label }))}
        onChange={(next) => {
          setKind(next);
          onChange(null as Scalar);
        }}
      />
      <ReferenceFilterInput {...props} field={{ ...field, type: "reference", target: kind }} />
    </div>
  );
}
