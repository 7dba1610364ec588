import { CircleCheck, CircleX, Info, X } from "lucide-react";
import { useEffect, useState } from "react";
import { useT } from "@/i18n/index";
import { useErrorText } from "./states";
import { takeBack } from "./take-back";
import { dismissToast, showToast, type Toast, useToasts } from "./toasts";
import styles from "./undo-bar.module.css";

const ICONS = { good: CircleCheck, bad: CircleX, info: Info };

/** Where messages and undo bars appear; once, in the shell. */
export function ToastHost() {
  const toasts = useToasts();
  return (
    <section className={styles.host} aria-live="polite" aria-atomic="false">
      {toasts.map((toast) => (
        <UndoBar key={toast.id} toast={toast} />
      ))}
    </section>
  );
}

export function UndoBar({ toast }: { toast: Toast }) {
  const t = useT();
  const errorText = useErrorText();
  const [held, setHeld] = useState(false);
  const [busy, setBusy] = useState(false);
  useEffect(() => {
    if (held || busy) return;
    const timer = window.setTimeout(() => dismissToast(toast.id), toast.seconds * 1000);
    return () => window.clearTimeout(timer);
  }, [toast, held, busy]);

  async function undo(token: string) {
    setBusy(true);
    try {
      const done = await takeBack(token, toast.onUndone ? { onUndone: toast.onUndone } : {});
      if (done) showToast({ tone: "good", text: t("undone") });
    } catch (error) {
      showToast({ tone: "bad", text: errorText(error) });
    }
    dismissToast(toast.id);
  }

  const Icon = ICONS[toast.tone];
  const { undo: token, action } = toast;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: hovering only keeps the message from leaving while it is read
    <div
      className={`${styles.bar} ${styles[toast.tone]}`}
      onMouseEnter={() => setHeld(true)}
      onMouseLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <Icon size={16} aria-hidden className={styles.icon} />
      <span className={styles.text}>{toast.text}</span>
      {token ? (
        <button type="button" className={styles.action} disabled={busy} onClick={() => void undo(token)}>
          {t("undo")}
        </button>
      ) : null}
      {action ? (
        <button
          type="button"
          className={styles.action}
          onClick={() => {
            action.run();
            dismissToast(toast.id);
          }}
        >
          {action.label}
        </button>
      ) : null}
      <button
        type="button"
        className={styles.close}
        aria-label={t("close")}
        onClick={() => dismissToast(toast.id)}
      >
        <X size={14} aria-hidden />
      </button>
    </div>
  );
}
