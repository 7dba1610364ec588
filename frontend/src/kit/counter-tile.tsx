import type { Counter, CounterTone, Tone } from "@/api/types";
import { useT } from "@/i18n/index";
import { Money } from "./money";
import { StatTile } from "./stat-tile";

const TONES: Record<CounterTone, Tone> = { calm: "neutral", good: "good", warning: "warn", danger: "bad" };

/** A counter as the server sends it: the figure, its unit or limit, last month's figure, and the list behind it. */
export function CounterTile({ counter }: { counter: Counter }) {
  const t = useT();
  const { value, unit, of, previous, tone } = counter;
  const money = unit === "CNY";
  const shown = (figure: number | string) => (money ? <Money value={figure} short /> : figure);
  return (
    <StatTile
      label={counter.label}
      value={shown(value)}
      unit={of ? `/ ${of}` : money ? null : unit}
      tone={tone ? TONES[tone] : null}
      path={counter.path}
      note={
        previous === null || previous === undefined ? null : (
          <>
            {t("lastMonth")} {shown(previous)}
          </>
        )
      }
    />
  );
}
