import dayjs from "dayjs";
import { useT } from "@/i18n/index";
import { localTime } from "@/kit/date-time";
import styles from "./analysis.module.css";

const MONTHS_BACK = 16;
const OWN = "own";

type PeriodChoiceProps = {
  /** As in the address; empty is this month. */
  value: string;
  /** The days it stands for, as the server read it. */
  first: string;
  after: string;
  onChoose: (period: string | undefined) => void;
};

function quarterOf(day: dayjs.Dayjs): string {
  return `${day.year()}-Q${Math.floor(day.month() / 3) + 1}`;
}

/** A month, a quarter, a year, or days of one's own. */
export function PeriodChoice({ value, first, after, onChoose }: PeriodChoiceProps) {
  const t = useT("analysis");
  const today = localTime();
  const thisMonth = today.format("YYYY-MM");
  const usual = [
    [thisMonth, t("period.thisMonth")],
    [today.subtract(1, "month").format("YYYY-MM"), t("period.lastMonth")],
    [quarterOf(today), t("period.thisQuarter")],
    [quarterOf(today.subtract(3, "month")), t("period.lastQuarter")],
    [today.format("YYYY"), t("period.thisYear")],
    [today.subtract(1, "year").format("YYYY"), t("period.lastYear")],
  ] as const;
  const months = Array.from({ length: MONTHS_BACK }, (_, n) => today.subtract(n + 2, "month"));
  const own = value.includes("~");
  const last = dayjs(after).subtract(1, "day").format("YYYY-MM-DD");
  const known = [...usual.map(([key]) => key), ...months.map((day) => day.format("YYYY-MM"))];
  return (
    <>
      <select
        className={styles.choice}
        aria-label={t("period.label")}
        value={own ? OWN : value || thisMonth}
        onChange={(event) => {
          const chosen = event.target.value;
          onChoose(chosen === OWN ? `${first}~${last}` : chosen === thisMonth ? undefined : chosen);
        }}
      >
        {usual.map(([key, label]) => (
          <option key={key} value={key}>
            {label}
          </option>
        ))}
        {months.map((day) => (
          <option key={day.format("YYYY-MM")} value={day.format("YYYY-MM")}>
            {day.format(t("period.monthFormat"))}
          </option>
        ))}
        {!own && value && !known.includes(value) ? <option value={value}>{value}</option> : null}
        <option value={OWN}>{t("period.own")}</option>
      </select>
      {own ? (
        <span className={styles.days}>
          <input
            type="date"
            className={styles.choice}
            aria-label={t("period.from")}
            value={first}
            max={last}
            onChange={(event) => event.target.value && onChoose(`${event.target.value}~${last}`)}
          />
          <span aria-hidden>–</span>
          <input
            type="date"
            className={styles.choice}
            aria-label={t("period.to")}
            value={last}
            min={first}
            onChange={(event) => event.target.value && onChoose(`${first}~${event.target.value}`)}
          />
        </span>
      ) : null}
    </>
  );
}
