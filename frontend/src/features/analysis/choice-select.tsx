import styles from "./analysis.module.css";

type ChoiceSelectProps = {
  label: string;
  /** What stands for none of them; without it one is always chosen. */
  none?: string;
  options: { id: string; label: string }[];
  value: string | null | undefined;
  onChoose: (value: string | undefined) => void;
};

export function ChoiceSelect({ label, none, options, value, onChoose }: ChoiceSelectProps) {
  return (
    <select
      className={styles.choice}
      aria-label={label}
      value={value ?? ""}
      onChange={(event) => onChoose(event.target.value || undefined)}
    >
      {none ? <option value="">{none}</option> : null}
      {options.map((option) => (
        <option key={option.id} value={option.id}>
          {option.label}
        </option>
      ))}
    </select>
  );
}
