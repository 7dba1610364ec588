import { Button } from "antd";
import { CloudOff, type LucideIcon, SearchX } from "lucide-react";
import type { ReactNode } from "react";
import { ApiError, isWaiting } from "@/api/client";
import { useT } from "@/i18n/index";
import styles from "./states.module.css";

type EmptyStateProps = {
  icon?: LucideIcon;
  title: ReactNode;
  /** What belongs here and why it helps. */
  text?: ReactNode;
  /** The next step: usually one primary button. */
  action?: ReactNode;
  compact?: boolean;
};

export function EmptyState({ icon: Icon, title, text, action, compact }: EmptyStateProps) {
  return (
    <div className={`${styles.state} ${compact ? styles.compact : ""}`}>
      {Icon && !compact ? (
        <span className={styles.icon}>
          <Icon size={22} strokeWidth={1.6} aria-hidden />
        </span>
      ) : null}
      <p className={styles.title}>{title}</p>
      {text ? <p className={styles.text}>{text}</p> : null}
      {action ? <div className={styles.action}>{action}</div> : null}
    </div>
  );
}

export function useErrorText(): (error: unknown) => string {
  const t = useT();
  return (error) => {
    if (isWaiting(error)) return t("error.waiting");
    if (error instanceof ApiError) return error.status === 0 ? t("error.network") : error.detail;
    return t("error.unknown");
  };
}

export function ErrorState({
  error,
  onRetry,
  compact,
}: {
  error: unknown;
  onRetry?: () => void;
  compact?: boolean;
}) {
  const t = useT();
  const text = useErrorText();
  const gone = error instanceof ApiError && error.status === 404;
  // What is not there, or not allowed, will not be a second later either.
  const final = gone || (error instanceof ApiError && error.status === 403);
  return (
    <div role="alert">
      <EmptyState
        icon={gone ? SearchX : CloudOff}
        title={t(gone ? "missing.title" : "error.title")}
        text={text(error)}
        {...(compact ? { compact } : {})}
        action={onRetry && !final ? <Button onClick={onRetry}>{t("retry")}</Button> : undefined}
      />
    </div>
  );
}
