import { useId, useState } from "react";
import barStyles from "../../list/filter-bar.module.css";
import { useFormat } from "../use-format";

export type Tick = { value: string; label: React.ReactNode; text: string; sub?: string | null };

type TickListProps = {
  label: string;
  ticks: Tick[];
  chosen: string[];
  many: boolean;
  onChange: (chosen: string[]) => void;
  /** Given when the server does the looking up; otherwise the list is searched here. */
  onSearch?: (typed: string) => void;
  searching?: boolean;
};

const LONG = 8;

/** A list of ticks: every choice in sight, one click each, a search box only when the list is long. */
export function TickList({ label, ticks, chosen, many, onChange, onSearch, searching }: TickListProps) {
  const { t } = useFormat();
  const [typed, setTyped] = useState("");
  const name = useId();
  const seen = onSearch
    ? ticks
    : ticks.filter((tick) => tick.text.toLowerCase().includes(typed.toLowerCase()));
  const toggle = (value: string, on: boolean) => {
    if (!many) onChange(on ? [value] : []);
    else onChange(on ? [...chosen, value] : chosen.filter((one) => one !== value));
  };
  return (
    <fieldset style={{ border: 0, margin: 0, padding: 0, minWidth: 0 }}>
      <legend className="km-hidden">{label}</legend>
      {onSearch || ticks.length > LONG ? (
        <input
          type="search"
          className={barStyles.native}
          value={typed}
          placeholder={t("field.search_in", { label })}
          aria-label={t("field.search_in", { label })}
          onChange={(event) => {
            setTyped(event.target.value);
            onSearch?.(event.target.value);
          }}
        />
      ) : null}
      <div className={barStyles.ticks}>
        {seen.map((tick) => (
          <label key={tick.value} className={barStyles.tick}>
            <input
              type={many ? "checkbox" : "radio"}
              name={name}
              checked={chosen.includes(tick.value)}
              onChange={(event) => toggle(tick.value, event.target.checked)}
            />
            <span>{tick.label}</span>
            {tick.sub ? <span className={barStyles.tickSub}>{tick.sub}</span> : null}
          </label>
        ))}
        {seen.length === 0 ? (
          <p className={barStyles.nothing}>{t(searching ? "field.searching" : "field.nothing_found")}</p>
        ) : null}
      </div>
    </fieldset>
  );
}
