import { Check, ListChecks } from "lucide-react";
import { createPath } from "@/access/menu";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { Card } from "@/kit/card";
import { DateTime } from "@/kit/date-time";
import { EmptyState } from "@/kit/states";
import { type TasksCard, useCompleteTask } from "./queries";
import styles from "./rows.module.css";

export function TasksToday({ card }: { card: TasksCard }) {
  const t = useT("home");
  const complete = useCompleteTask();
  const items = card.data?.items ?? [];
  return (
    <Card title={card.label} extra={card.path ? <AppLink path={card.path}>{t("all")}</AppLink> : null} flush>
      {items.length === 0 ? (
        <EmptyState
          icon={ListChecks}
          title={t("tasks.empty")}
          text={t("tasks.emptyText")}
          action={<AppLink path={createPath("tasks")}>{t("tasks.create")}</AppLink>}
        />
      ) : (
        <ul>
          {items.map((task) => {
            const late = !task.done && task.due_at !== null && new Date(task.due_at) < new Date();
            return (
              <li key={task.id} className={`${styles.row} ${styles.slim} ${task.done ? styles.done : ""}`}>
                {/* biome-ignore lint/a11y/useSemanticElements: a round check of our own; the role and state say what it is */}
                <button
                  type="button"
                  role="checkbox"
                  className={styles.check}
                  aria-checked={task.done === true}
                  aria-label={t("tasks.complete", { title: task.title })}
                  disabled={task.done === true}
                  onClick={() => complete.mutate(task)}
                >
                  <span>
                    <Check size={12} strokeWidth={3} aria-hidden />
                  </span>
                </button>
                <div className={styles.words}>
                  <span className={styles.title}>
                    <AppLink path={`/tasks/${task.id}`}>{task.title}</AppLink>
                  </span>
                  {task.related?.label ? <span className={styles.sub}>{task.related.label}</span> : null}
                </div>
                {task.due_at ? (
                  <span className={`${styles.time} ${late ? styles.late : ""}`}>
                    <DateTime value={task.due_at} kind="smart" />
                  </span>
                ) : null}
              </li>
            );
          })}
        </ul>
      )}
    </Card>
  );
}
