import { Button } from "antd";
import { useState } from "react";
import { comma, useT } from "@/i18n/index";
import { TextField } from "@/kit/field";
import { SidePanel } from "@/kit/side-panel";
import styles from "./pool.module.css";
import type { Plan } from "./queries";

const SHOWN = 12;
type PlanPanelProps = { plan: Plan; busy: boolean; onClose: () => void; onDo: (reason: string) => void };

/** Who would get what, before anything happens. */
export function PlanPanel({ plan, busy, onClose, onDo }: PlanPanelProps) {
  const t = useT("pool");
  const [reason, setReason] = useState("");
  const lines = plan.lines.filter((line) => line.records.length > 0);
  const count = lines.reduce((sum, line) => sum + line.records.length, 0);
  return (
    <SidePanel
      open
      onClose={onClose}
      title={t("planTitle")}
      width={560}
      footer={
        <div className={styles.foot}>
          <Button onClick={onClose}>{t("cancel")}</Button>
          <Button type="primary" loading={busy} disabled={count === 0} onClick={() => onDo(reason)}>
            {t("give", { count })}
          </Button>
        </div>
      }
    >
      <div className={styles.plan}>
        {plan.left.length > 0 ? (
          <p className={styles.note}>
            {t("left", { count: plan.left.length })}{" "}
            {plan.left
              .slice(0, SHOWN)
              .map((one) => one.label)
              .join(comma())}
          </p>
        ) : null}
        {plan.gone > 0 ? <p className={styles.note}>{t("gone", { count: plan.gone })}</p> : null}
        {lines.map((line) => (
          <section key={line.user.id} className={styles.planned}>
            <header>
              <b>{line.user.label}</b>
              <span className="km-num">
                {t("from", { held: line.held, given: line.records.length, after: line.after })}
              </span>
            </header>
            <p>
              {line.records
                .slice(0, SHOWN)
                .map((one) => one.label)
                .join(comma())}
              {line.records.length > SHOWN ? t("andMore", { count: line.records.length - SHOWN }) : ""}
            </p>
          </section>
        ))}
        <TextField
          label={t("reason")}
          value={reason}
          onValue={setReason}
          maxLength={300}
          autoComplete="off"
        />
      </div>
    </SidePanel>
  );
}
