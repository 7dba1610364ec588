import { useMe } from "@/access/me";
import type { ViewShare } from "@/api/types";
import { Field } from "@/kit/field";
import { useFormat } from "../fields/use-format";
import barStyles from "../list/filter-bar.module.css";
import { choiceOf, OTHER, shareOf, useShareChoices } from "../list/view-shares";

type ShareSelectProps = { shared: ViewShare | null; onChange: (shared: ViewShare | null) => void };

/** Whom a segment is open to: nobody, one's department and teams, and with the right to it everybody. */
export function ShareSelect({ shared, onChange }: ShareSelectProps) {
  const { t } = useFormat();
  const { choices } = useShareChoices(useMe(), shared);
  return (
    <Field label={t("view.shared_with")} hint={t("view.shared_help")}>
      {(ids) => (
        <select
          {...ids}
          className={barStyles.native}
          value={choiceOf(shared)}
          onChange={(event) => onChange(shareOf(event.target.value, null))}
        >
          {choices
            .filter((one) => one.value !== OTHER)
            .map((one) => (
              <option key={one.value} value={one.value}>
                {one.label}
              </option>
            ))}
        </select>
      )}
    </Field>
  );
}
