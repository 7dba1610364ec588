import type { Counter, CounterTone, Tone } from "@/api/types";
import { useLocale, useT } from "@/i18n/index";
import { formatShort, Money } from "./money";
import { StatTile } from "./stat-tile";

const TONES: Record<CounterTone, Tone> = { calm: "neutral", good: "good", warning: "warn", danger: "bad" };

/** A counter as the server sends it: the figure, its unit or limit, last month's figure, and the list behind it. */
export function CounterTile({ counter, plain }: { counter: Counter; plain?: boolean }) {
  const t = useT();
  const locale = useLocale();
  const { value, unit, of, previous, tone, exact, problem } = counter;
  const money = /^[A-Z]{3}$/.test(unit ?? "");
  const shown = (figure: number | string) =>
    money ? (
      <Money value={figure} currency={unit} short />
    ) : exact === false ? (
      t("about", { figure: formatShort(figure, locale) })
    ) : (
      figure
    );
  return (
    <StatTile
      label={counter.label}
      value={value === null ? "–" : shown(value)}
      unit={of ? `/ ${of}` : money ? null : unit}
      tone={tone ? TONES[tone] : null}
      path={counter.path}
      plain={plain}
      note={
        problem ? (
          <span title={problem}>{problem}</span>
        ) : previous === null || previous === undefined ? null : (
          <>
            {t("lastMonth")} {shown(previous)}
          </>
        )
      }
    />
  );
}
