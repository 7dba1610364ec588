import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { Check } from "lucide-react";
import { api, newIdempotencyKey } from "@/api/client";
import { comma, useT } from "@/i18n/index";
import { Avatar } from "@/kit/avatar";
import { DateTime } from "@/kit/date-time";
import { SkeletonRows } from "@/kit/skeleton";
import { ErrorState } from "@/kit/states";
import { StateTag } from "@/kit/tag";
import { useMessage } from "@/kit/use-message";
import { Comments } from "./comments";
import { Figures } from "./figures";
import { KEY, type Kind, type Sheet, TEXTS, type TeamItem, teamQuery } from "./queries";
import styles from "./reports.module.css";
import { wordOf } from "./sheet-form";

/** Everybody's sheets of one period on one screen: for the morning meeting. */
export function TeamView({ kind, on }: { kind: Kind; on: string }) {
  const t = useT("reports");
  const team = useQuery(teamQuery(kind, on));
  if (team.isPending) return <SkeletonRows rows={10} />;
  if (team.isError) return <ErrorState error={team.error} onRetry={() => void team.refetch()} />;
  const { items, can_comment } = team.data;
  const handed = items.filter((item) => item.report?.status === "submitted");
  const missing = items.filter((item) => item.report?.status !== "submitted");
  return (
    <div className={styles.team}>
      <p className={styles.count} role="status">
        {t("handed", { count: handed.length, all: items.length })}
        {missing.length > 0
          ? ` ${t("missing", { names: missing.map((item) => item.person.label).join(comma()) })}`
          : ""}
      </p>
      <ol className={styles.sheets}>
        {[...handed, ...missing].map((item) => (
          <li key={item.person.id}>
            <TeamSheet kind={kind} item={item} mayComment={can_comment} />
          </li>
        ))}
      </ol>
    </div>
  );
}

function TeamSheet({ kind, item, mayComment }: { kind: Kind; item: TeamItem; mayComment: boolean }) {
  const t = useT("reports");
  const { person, report, figures } = item;
  const submitted = report?.status === "submitted" ? report : null;
  return (
    <article className={styles.person} data-missing={submitted === null}>
      <header>
        <Avatar name={person.label} size={36} />
        <h2>
          {person.label}
          <small>{person.department}</small>
        </h2>
        {submitted ? (
          <ReadMark report={submitted} mayRead={mayComment} />
        ) : (
          <StateTag>{t("notYet")}</StateTag>
        )}
      </header>
      <Figures figures={figures} quiet />
      {submitted ? (
        <dl className={styles.texts}>
          {TEXTS.filter((name) => submitted[name].trim()).map((name) => (
            <div key={name}>
              <dt>{t(wordOf(kind, name))}</dt>
              <dd>{submitted[name]}</dd>
            </div>
          ))}
        </dl>
      ) : null}
      {submitted && mayComment ? <Comments quiet report={submitted.id} items={submitted.comments} /> : null}
    </article>
  );
}

function ReadMark({ report, mayRead }: { report: Sheet; mayRead: boolean }) {
  const t = useT("reports");
  const client = useQueryClient();
  const message = useMessage();
  async function read() {
    try {
      await api.post(`/reports/${report.id}/mark-read`, {}, { idempotencyKey: newIdempotencyKey() });
      await client.invalidateQueries({ queryKey: [KEY] });
    } catch (error) {
      message.error(error);
    }
  }
  if (report.read_at)
    return (
      <span className={styles.read}>
        <Check size={14} aria-hidden /> {t("readBy", { name: report.read_by ?? "" })}{" "}
        <DateTime value={report.read_at} kind="smart" />
      </span>
    );
  return mayRead ? (
    <Button size="small" onClick={() => void read()}>
      {t("markRead")}
    </Button>
  ) : (
    <StateTag tone="accent">{t("submitted")}</StateTag>
  );
}
