import { Button } from "antd";
import { UsersRound } from "lucide-react";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { SimpleTable } from "@/kit/simple-table";
import { EmptyState } from "@/kit/states";
import styles from "./pool.module.css";
import type { Person } from "./queries";

type PeopleProps = { people: Person[]; chosen: string[]; onChoose: (ids: string[]) => void };

export function percent(rate: number | null): string {
  return rate === null ? "–" : `${Math.round(rate * 100)}%`;
}

/** Each member's load; who is ticked may get some. */
export function People({ people, chosen, onChoose }: PeopleProps) {
  const t = useT("pool");
  if (people.length === 0) return <EmptyState icon={UsersRound} title={t("nobody")} text={t("nobodyText")} />;
  const toggle = (id: string) =>
    onChoose(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]);
  const number = (key: string, cell: (person: Person) => string | number) => ({
    key,
    title: t(key),
    align: "end" as const,
    cell: (person: Person) => <span className="km-num">{cell(person)}</span>,
  });
  return (
    <Card
      title={t("people")}
      extra={
        <Button
          size="small"
          type="text"
          onClick={() => onChoose(chosen.length > 0 ? [] : people.map((person) => person.user.id))}
        >
          {t(chosen.length > 0 ? "tickNone" : "tickAll")}
        </Button>
      }
      flush
    >
      <div className={styles.people}>
        <SimpleTable
          label={t("people")}
          rows={people}
          rowKey={(person) => person.user.id}
          columns={[
            {
              key: "user",
              title: t("person"),
              cell: (person) => (
                <label className={styles.person}>
                  <input
                    type="checkbox"
                    checked={chosen.includes(person.user.id)}
                    onChange={() => toggle(person.user.id)}
                  />
                  <span>
                    {person.user.label} <small>{person.department}</small>
                  </span>
                </label>
              ),
            },
            {
              key: "load",
              title: t("load"),
              align: "end",
              cell: (person) => (
                <span className={`km-num ${person.room === 0 ? styles.full : ""}`}>
                  {person.limit === null ? person.held : `${person.held} / ${person.limit}`}
                </span>
              ),
            },
            number("open", (person) => person.open),
            number("won", (person) => person.won),
            number("winRate", (person) => percent(person.win_rate)),
            number("claimedToday", (person) => person.claimed_today),
          ]}
        />
      </div>
    </Card>
  );
}
