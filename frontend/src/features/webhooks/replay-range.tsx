import { Button } from "antd";
import { useState } from "react";
import { useT } from "@/i18n/index";
import { localTime } from "@/kit/date-time";
import { SidePanel } from "@/kit/side-panel";
import styles from "./webhooks.module.css";

/** Sending again what a receiver lost: a span of time, failed ones only or all. */
export function ReplayRange({ onReplay }: { onReplay: (body: object) => Promise<void> }) {
  const t = useT("webhooks");
  const [open, setOpen] = useState(false);
  const [from, setFrom] = useState(() => localTime().subtract(1, "day").format("YYYY-MM-DDTHH:mm"));
  const [to, setTo] = useState("");
  const [all, setAll] = useState(false);
  const moment = (text: string) => (text ? new Date(localTime(text).toISOString()).toISOString() : null);

  async function run() {
    setOpen(false);
    await onReplay({
      since: moment(from),
      until: moment(to),
      states: all ? ["failed", "skipped", "done"] : ["failed"],
    });
  }

  return (
    <>
      <Button size="small" onClick={() => setOpen(true)}>
        {t("replay.range")}
      </Button>
      <SidePanel
        open={open}
        onClose={() => setOpen(false)}
        title={t("replay.range")}
        width={420}
        footer={
          <div className={styles.foot}>
            <Button onClick={() => setOpen(false)}>{t("cancel")}</Button>
            <Button type="primary" disabled={!from} onClick={() => void run()}>
              {t("replay.one")}
            </Button>
          </div>
        }
      >
        <div className={styles.form}>
          <p className={styles.hint}>{t("replay.hint")}</p>
          <label className={styles.stacked}>
            {t("from")}
            <input type="datetime-local" value={from} onChange={(event) => setFrom(event.target.value)} />
          </label>
          <label className={styles.stacked}>
            {t("to")}
            <input type="datetime-local" value={to} onChange={(event) => setTo(event.target.value)} />
          </label>
          <label className={styles.check}>
            <input type="checkbox" checked={all} onChange={(event) => setAll(event.target.checked)} />
            {t("replay.all")}
          </label>
        </div>
      </SidePanel>
    </>
  );
}
