import { CloudOff, CloudUpload } from "lucide-react";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { useOnline, useWaiting } from "@/kit/use-waiting";
import styles from "./offline-bar.module.css";

/** Over every page while there is no network, or while something written without one has not been sent. */
export function OfflineBar() {
  const t = useT();
  const online = useOnline();
  const writes = useWaiting();
  const refused = writes.filter((write) => write.refused).length;
  const waiting = writes.length - refused;
  if (online && writes.length === 0) return null;
  const Icon = online ? CloudUpload : CloudOff;
  return (
    <div className={styles.bar} role="status">
      <Icon size={16} aria-hidden />
      <span className={styles.text}>
        {[
          online ? null : t("offline.canWrite"),
          waiting > 0 ? t("offline.waiting", { count: waiting }) : null,
          refused > 0 ? t("offline.refused", { count: refused }) : null,
        ]
          .filter(Boolean)
          .join(" · ")}
      </span>
      {writes.length > 0 ? <AppLink path="/outbox">{t("offline.see")}</AppLink> : null}
    </div>
  );
}
