import { PhoneCall } from "lucide-react";
import { useState } from "react";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { Card } from "@/kit/card";
import { EmptyState } from "@/kit/states";
import type { Worklist } from "./queries";
import { TeamLink } from "./whose-select";
import styles from "./worklist.module.css";
import { type Doing, WorklistLine } from "./worklist-line";

/** The first few of today's list, for home, which brings them along. */
export function WorklistCard({ list }: { list: Worklist }) {
  const t = useT("worklist");
  const [open, setOpen] = useState<{ id: string; doing: Doing } | null>(null);
  const [gone, setGone] = useState<ReadonlySet<string>>(new Set());
  const items = list.items.filter((line) => !gone.has(line.id));
  return (
    <Card
      title={t("title")}
      extra={list.total ? <AppLink path="/worklist">{t("all", { count: list.total })}</AppLink> : null}
      flush
    >
      {items.length === 0 ? (
        <EmptyState
          icon={PhoneCall}
          title={t("empty")}
          text={t("emptyText")}
          action={
            <>
              <TeamLink />
              <AppLink path="/customers">{t("next")}</AppLink>
            </>
          }
        />
      ) : null}
      <ul className={styles.list}>
        {items.map((line) => (
          <WorklistLine
            key={line.id}
            line={line}
            doing={open?.id === line.id ? open.doing : null}
            onDo={(doing) => setOpen(doing ? { id: line.id, doing } : null)}
            onDone={() => {
              setOpen(null);
              setGone(new Set([...gone, line.id]));
            }}
          />
        ))}
      </ul>
    </Card>
  );
}
