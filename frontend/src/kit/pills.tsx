import type { ReactNode } from "react";
import styles from "./pills.module.css";

type PillsProps<V extends string> = {
  label: string;
  options: { value: V; label: ReactNode }[];
  value: V;
  onChoose: (value: V) => void;
};

/** One of a few, all in view: which part of a page is shown. On a phone they are moved sideways. */
export function Pills<V extends string>({ label, options, value, onChoose }: PillsProps<V>) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset brings a frame and a legend of its own
    <div className={styles.pills} role="group" aria-label={label}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          aria-pressed={option.value === value}
          onClick={() => onChoose(option.value)}
        >
          {option.label}
        </button>
      ))}
    </div>
  );
}
