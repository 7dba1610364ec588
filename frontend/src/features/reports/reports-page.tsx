import { useNavigate, useSearch } from "@tanstack/react-router";
import { Button, Segmented } from "antd";
import { ChevronLeft, ChevronRight, Printer } from "lucide-react";
import { useCan } from "@/access/me";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { PageHeader } from "@/kit/page-header";
import { addDays, addMonths, monday, today } from "@/objects/calendar/days";
import { useFormat } from "@/objects/fields/use-format";
import { KINDS, type Kind } from "./queries";
import styles from "./reports.module.css";
import { SheetForm } from "./sheet-form";
import { TeamView } from "./team-view";

type Search = { kind?: string; on?: string; team?: string };

/** Morning sheets and reports: one's own to write, the team's to read. */
export function ReportsPage() {
  const t = useT("reports");
  const navigate = useNavigate();
  const may = useCan();
  const { timeZone } = useFormat();
  const search: Search = useSearch({ strict: false });
  const kind: Kind = KINDS.find((one) => one === search.kind) ?? "morning";
  const now = begin(kind, today(timeZone));
  const on = /^\d{4}-\d{2}-\d{2}$/.test(search.on ?? "") ? begin(kind, search.on as string) : now;
  const leads = may("activities.report.comment");
  const team = leads && search.team !== "0";
  const set = (change: Search) =>
    void navigate({ to: ".", search: ((old: Search) => ({ ...old, ...change })) as never, replace: true });
  return (
    <div className={styles.page}>
      <PageHeader
        title={t("title")}
        sub={t("sub")}
        actions={
          <>
            <AppLink path="/reports?view=all">{t("history")}</AppLink>
            <Button icon={<Printer size={15} aria-hidden />} onClick={() => window.print()}>
              {t("print")}
            </Button>
          </>
        }
      />
      <div className={styles.bar}>
        <Segmented
          value={kind}
          onChange={(value) => set({ kind: value })}
          options={KINDS.map((one) => ({ value: one, label: t(`kind_${one}`) }))}
        />
        <div className={styles.turns}>
          <button type="button" aria-label={t("before")} onClick={() => set({ on: turned(kind, on, -1) })}>
            <ChevronLeft size={17} aria-hidden />
          </button>
          <input
            type="date"
            aria-label={t("day")}
            value={on}
            onChange={(event) => event.target.value && set({ on: event.target.value })}
          />
          <button type="button" aria-label={t("after")} onClick={() => set({ on: turned(kind, on, 1) })}>
            <ChevronRight size={17} aria-hidden />
          </button>
        </div>
        {leads ? (
          <Segmented
            value={team ? "1" : "0"}
            onChange={(value) => set({ team: value })}
            options={[
              { value: "1", label: t("team") },
              { value: "0", label: t("mine") },
            ]}
          />
        ) : null}
      </div>
      {team ? <TeamView kind={kind} on={on} /> : <SheetForm kind={kind} on={on} />}
    </div>
  );
}

function begin(kind: Kind, day: string): string {
  if (kind === "week") return monday(day);
  return kind === "month" ? `${day.slice(0, 8)}01` : day;
}

function turned(kind: Kind, on: string, by: number): string {
  if (kind === "month") return addMonths(on, by);
  return addDays(on, by * (kind === "week" ? 7 : 1));
}
