import { useQuery } from "@tanstack/react-query";
import { useMe } from "@/access/me";
import { useT } from "@/i18n/index";
import { peopleQuery } from "./queries";
import styles from "./worklist.module.css";

/** One's own, everybody's in one's charge, or one person's. Nothing to choose for who is in charge of nobody. */
export function WhoseSelect({ value, onPick }: { value: string; onPick: (value: string) => void }) {
  const t = useT("worklist");
  const me = useMe();
  const { data: people = [] } = useQuery(peopleQuery);
  const others = people.filter((person) => person.id !== me.id);
  if (others.length === 0) return null;
  return (
    <select
      className={styles.select}
      aria-label={t("whose")}
      value={value}
      onChange={(event) => onPick(event.target.value)}
    >
      <option value={me.id}>{t("mine")}</option>
      <option value="team">{t("team", { count: people.length })}</option>
      {others.map((person) => (
        <option key={person.id} value={person.id}>
          {person.label}
          {person.department ? ` · ${person.department}` : ""}
        </option>
      ))}
    </select>
  );
}
