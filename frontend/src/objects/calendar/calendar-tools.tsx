import { ChevronLeft, ChevronRight } from "lucide-react";
import { useFormat } from "../fields/use-format";
import toolStyles from "../groups/groups.module.css";
import barStyles from "../list/filter-bar.module.css";
import { SPANS, type Span } from "../model/layout-options";
import type { FieldMeta } from "../model/meta";
import styles from "./calendar.module.css";
import { daysOf, step } from "./days";

type CalendarToolsProps = {
  /** The date fields to choose from; nothing to choose where there are none. */
  fields?: FieldMeta[];
  field?: FieldMeta;
  span: Span;
  day: string;
  now: string;
  onField?: (name: string) => void;
  onSpan: (span: Span) => void;
  onDay: (day: string) => void;
};

export function CalendarTools(props: CalendarToolsProps) {
  const { fields = [], field, span, day, now, onField, onSpan, onDay } = props;
  const { t } = useFormat();
  const days = daysOf(day, span);
  const [year = "", month = ""] = day.split("-");
  const title =
    span === "month"
      ? t("groups.month", { year, month: Number(month) })
      : span === "week"
        ? t("calendar.week_of", { from: days[0] ?? "", to: days[6] ?? "" })
        : day;
  return (
    <div className={toolStyles.tools}>
      <button
        type="button"
        className={styles.turn}
        aria-label={t("calendar.before")}
        onClick={() => onDay(step(day, span, -1))}
      >
        <ChevronLeft size={17} aria-hidden />
      </button>
      <h3 className={styles.heading} aria-live="polite">
        {title}
      </h3>
      <button
        type="button"
        className={styles.turn}
        aria-label={t("calendar.after")}
        onClick={() => onDay(step(day, span, 1))}
      >
        <ChevronRight size={17} aria-hidden />
      </button>
      <button type="button" className={barStyles.quick} onClick={() => onDay(now)}>
        {t("value.today")}
      </button>
      <label>
        <span className="km-hidden">{t("calendar.span")}</span>
        <select
          className={barStyles.native}
          value={span}
          onChange={(event) => onSpan(event.target.value as Span)}
        >
          {SPANS.map((one) => (
            <option key={one} value={one}>
              {t(`calendar.per_${one}`)}
            </option>
          ))}
        </select>
      </label>
      {fields.length > 1 ? (
        <label>
          {t("calendar.by")}
          <select
            className={barStyles.native}
            value={field?.name}
            onChange={(event) => onField?.(event.target.value)}
          >
            {fields.map((one) => (
              <option key={one.name} value={one.name}>
                {one.label}
              </option>
            ))}
          </select>
        </label>
      ) : null}
    </div>
  );
}
