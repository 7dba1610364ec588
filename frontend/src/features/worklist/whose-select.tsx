import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { Users } from "lucide-react";
import { useMe } from "@/access/me";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { peopleQuery } from "./queries";
import { TEAM, useWhose } from "./use-whose";
import styles from "./worklist.module.css";

/** Those in one's charge beside oneself; nobody for most. */
function useOthers() {
  const me = useMe();
  const { data: people = [] } = useQuery(peopleQuery);
  return { count: people.length, others: people.filter((person) => person.id !== me.id) };
}

/** One's own, everybody's in one's charge, or one person's. Nothing to choose for who is in charge of nobody. */
export function WhoseSelect() {
  const t = useT("worklist");
  const me = useMe();
  const { value, pick } = useWhose();
  const { count, others } = useOthers();
  if (others.length === 0) return null;
  return (
    <select
      className={styles.select}
      aria-label={t("whose")}
      value={value}
      onChange={(event) => pick(event.target.value)}
    >
      <option value={me.id}>{t("mine")}</option>
      <option value={TEAM}>{t("team", { count })}</option>
      {others.map((person) => (
        <option key={person.id} value={person.id}>
          {person.label}
          {person.department ? ` · ${person.department}` : ""}
        </option>
      ))}
    </select>
  );
}

/** The way on where one's own page is empty: who is in charge of others usually came to look at theirs. */
export function TeamInstead() {
  const t = useT("worklist");
  const { own, pick } = useWhose();
  const { others } = useOthers();
  if (!own || others.length === 0) return null;
  return (
    <Button icon={<Users size={15} aria-hidden />} onClick={() => pick(TEAM)}>
      {t("teamInstead", { count: others.length })}
    </Button>
  );
}

/** The same from another page, where there is no choice of whose. */
export function TeamLink() {
  const t = useT("worklist");
  const { others } = useOthers();
  if (others.length === 0) return null;
  return <AppLink path="/worklist?team=1">{t("teamInstead", { count: others.length })}</AppLink>;
}
