import styles from "./follow-up-form.module.css";

type ChipsProps<V> = {
  label: string;
  value: V | null;
  options: { value: V | null; label: string }[];
  onPick: (value: V | null) => void;
};

/** A few choices side by side, one of them taken. */
export function Chips<V extends string | number>({ label, value, options, onPick }: ChipsProps<V>) {
  if (options.length === 0) return null;
  return (
    <fieldset className={styles.chips}>
      <legend>{label}</legend>
      {options.map((option) => (
        <button
          key={String(option.value)}
          type="button"
          aria-pressed={option.value === value}
          onClick={() => onPick(option.value)}
        >
          {option.label}
        </button>
      ))}
    </fieldset>
  );
}
