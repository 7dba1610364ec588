import { Eye } from "lucide-react";
import { useEffect, useState } from "react";
import { api } from "@/api/client";
import type { Me } from "@/api/types";
import { useT } from "@/i18n/index";
import { useErrorText } from "@/kit/states";
import { showToast } from "@/kit/toasts";
import styles from "./viewing-bar.module.css";

/** Over every page while somebody looks as another person: who that is, how long yet, and the way back (PLT-16). */
export function ViewingBar({ me }: { me: Me }) {
  const t = useT();
  const errorText = useErrorText();
  const left = useSecondsLeft(me.viewing?.until);
  const ended = left <= 0;
  useEffect(() => {
    if (me.viewing && ended) window.location.assign("/");
  }, [me.viewing, ended]);
  if (!me.viewing) return null;

  async function end() {
    try {
      await api.post("/view-as/end", {});
      // Nothing that was read as the other person may stay in this page.
      window.location.assign("/");
    } catch (error) {
      showToast({ tone: "bad", text: errorText(error) });
    }
  }

  const clock = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
  return (
    <div className={styles.bar} role="status">
      <Eye size={16} aria-hidden />
      <span className={styles.text}>
        {t("viewing.text", { name: me.name })} <span className="km-num">{clock}</span>
      </span>
      <button type="button" className={styles.end} onClick={() => void end()}>
        {t("viewing.end")}
      </button>
    </div>
  );
}

function useSecondsLeft(until: string | undefined): number {
  const count = () => (until ? Math.max(0, Math.round((Date.parse(until) - Date.now()) / 1000)) : 1);
  const [left, setLeft] = useState(count);
  // biome-ignore lint/correctness/useExhaustiveDependencies: counting follows the moment alone
  useEffect(() => {
    setLeft(count());
    if (!until) return;
    const timer = window.setInterval(() => setLeft(count()), 1000);
    return () => window.clearInterval(timer);
  }, [until]);
  return left;
}
