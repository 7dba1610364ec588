import { CircleCheck, CircleMinus, Info } from "lucide-react";
import type { Ref } from "@/api/types";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { Card } from "@/kit/card";
import styles from "./explain.module.css";

export type Story = {
  user: Ref;
  record: Ref | null;
  verdict: boolean;
  headline: string;
  steps: { key: string; ok: boolean | null; title: string; lines: string[] }[];
  remedies: { text: string; path: string | null }[];
};

/** The verdict, each link of the chain with its mark, and what could be done. */
export function ExplainStory({ story }: { story: Story }) {
  const t = useT("admin");
  return (
    <div className={styles.story}>
      <p className={`${styles.verdict} ${story.verdict ? styles.yes : styles.no}`} role="status">
        {story.verdict ? <CircleCheck size={20} aria-hidden /> : <CircleMinus size={20} aria-hidden />}
        <span>
          {story.headline}
          {story.record ? (
            <span className={styles.record}> {story.record.label ?? t("explain.unseen")}</span>
          ) : null}
        </span>
      </p>
      <Card title={t("explain.why")} flush>
        <ol className={styles.steps}>
          {story.steps.map((step, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a chain of fixed order, two links may have one name
            <li key={index} className={styles.step}>
              <Mark ok={step.ok} />
              <div>
                <h3>{step.title}</h3>
                {step.lines.map((line) => (
                  <p key={line}>{line}</p>
                ))}
              </div>
            </li>
          ))}
        </ol>
      </Card>
      {story.remedies.length > 0 ? (
        <Card title={t("explain.remedies")}>
          <ul className={styles.remedies}>
            {story.remedies.map((remedy) => (
              <li key={remedy.text}>
                {remedy.text} {remedy.path ? <AppLink path={remedy.path}>{t("explain.go")}</AppLink> : null}
              </li>
            ))}
          </ul>
        </Card>
      ) : null}
    </div>
  );
}

function Mark({ ok }: { ok: boolean | null }) {
  const t = useT("admin");
  if (ok === null) return <Info size={18} className={styles.info} aria-hidden />;
  return ok ? (
    <CircleCheck size={18} className={styles.good} role="img" aria-label={t("explain.yes")} />
  ) : (
    <CircleMinus size={18} className={styles.miss} role="img" aria-label={t("explain.no")} />
  );
}
