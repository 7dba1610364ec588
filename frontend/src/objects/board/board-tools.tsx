import type { ReactNode } from "react";
import { useFormat } from "../fields/use-format";
import { measurableFields } from "../groups/group-rules";
import toolStyles from "../groups/groups.module.css";
import barStyles from "../list/filter-bar.module.css";
import type { LayoutOptions } from "../model/layout-options";
import type { ObjectMeta } from "../model/meta";
import { type BoardSpec, boardFields } from "./board-spec";

type BoardToolsProps = {
  meta: ObjectMeta;
  spec: BoardSpec;
  /** There were more values than columns are shown. */
  more: boolean;
  onChange: (change: Partial<LayoutOptions>) => void;
  /** What else decides the columns. */
  children?: ReactNode;
};

/** By which field the columns stand and which number they sum. */
export function BoardTools({ meta, spec, more, onChange, children }: BoardToolsProps) {
  const { t } = useFormat();
  const fields = boardFields(meta);
  const numbers = spec.declared ? [] : measurableFields(meta);
  if (fields.length < 2 && numbers.length === 0 && !children) return null;
  return (
    <div className={toolStyles.tools}>
      <label>
        {t("board.by")}
        <select
          className={barStyles.native}
          value={spec.group_field}
          onChange={(event) => onChange({ column: event.target.value, hidden: [] })}
        >
          {fields.map((field) => (
            <option key={field.name} value={field.name}>
              {field.label}
            </option>
          ))}
        </select>
      </label>
      {children}
      {numbers.length > 0 ? (
        <label>
          {t("board.sum")}
          <select
            className={barStyles.native}
            value={spec.sum_field ?? ""}
            onChange={(event) => onChange({ sum: event.target.value })}
          >
            <option value="">{t("groups.no_figure")}</option>
            {numbers.map((field) => (
              <option key={field.name} value={field.name}>
                {field.label}
              </option>
            ))}
          </select>
        </label>
      ) : null}
      {more ? <span>{t("board.more_columns")}</span> : null}
    </div>
  );
}
