import { DatePicker } from "antd";
import dayjs from "dayjs";
import timezone from "dayjs/plugin/timezone";
import utc from "dayjs/plugin/utc";
import type { KeyboardEvent } from "react";
import type { InputProps } from "../types";
import { useFormat } from "../use-format";
import styles from "./inputs.module.css";

dayjs.extend(utc);
dayjs.extend(timezone);

/** Enter takes the date that was typed; the form around it is sent by Ctrl + Enter or its button. */
function keepEnter(event: KeyboardEvent) {
  if (event.key === "Enter" && !event.ctrlKey && !event.metaKey) event.preventDefault();
}

export function DateInput({ id, value, onChange, invalid, describedBy, autoFocus, open, size }: InputProps) {
  return (
    <DatePicker
      id={id}
      className={styles.full ?? ""}
      aria-describedby={describedBy}
      status={invalid ? "error" : undefined}
      autoFocus={autoFocus ?? false}
      defaultOpen={open ?? false}
      onKeyDown={keepEnter}
      size={size ?? "middle"}
      value={typeof value === "string" && value ? dayjs(value.slice(0, 10)) : null}
      onChange={(day) => onChange(day ? day.format("YYYY-MM-DD") : null)}
    />
  );
}

/** Shown and picked in the reader's zone, sent in UTC. */
export function InstantInput({
  id,
  value,
  onChange,
  invalid,
  describedBy,
  autoFocus,
  open,
  size,
}: InputProps) {
  const { timeZone } = useFormat();
  return (
    <DatePicker
      id={id}
      className={styles.full ?? ""}
      showTime={{ format: "HH:mm", minuteStep: 5 }}
      format="YYYY-MM-DD HH:mm"
      aria-describedby={describedBy}
      status={invalid ? "error" : undefined}
      autoFocus={autoFocus ?? false}
      defaultOpen={open ?? false}
      onKeyDown={keepEnter}
      size={size ?? "middle"}
      value={typeof value === "string" && value ? dayjs(value).tz(timeZone) : null}
      onChange={(moment) => {
        // The picker's own moment may carry the browser's zone: its wall time is what the reader meant.
        onChange(moment ? dayjs.tz(moment.format("YYYY-MM-DD HH:mm"), timeZone).toISOString() : null);
      }}
    />
  );
}
