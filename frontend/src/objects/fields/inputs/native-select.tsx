import styles from "../../list/filter-bar.module.css";

type NativeSelectProps = {
  label: string;
  value: string;
  options: { value: string; label: string }[];
  onChange: (value: string) => void;
};

/** The platform's own list: light, and a phone shows its own picker. */
export function NativeSelect({ label, value, options, onChange }: NativeSelectProps) {
  return (
    <select
      className={styles.native}
      aria-label={label}
      value={value}
      onChange={(event) => onChange(event.target.value)}
    >
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.label}
        </option>
      ))}
    </select>
  );
}
