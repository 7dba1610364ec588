import { Button } from "antd";
import { Check } from "lucide-react";
import { useT } from "@/i18n/index";
import { LinkButton } from "@/objects/list/link-button";
import styles from "./guide.module.css";
import type { Step } from "./queries";

type GuideStepProps = {
  number: number;
  step: Step;
  /** The first that is not done: the one with the strong button. */
  next: boolean;
  busy: boolean;
  onSay: (done: boolean) => void;
};

export function GuideStep({ number, step, next, busy, onSay }: GuideStepProps) {
  const t = useT("guide");
  return (
    <li className={styles.step} aria-current={next ? "step" : undefined}>
      <span className={`${styles.mark} ${step.done ? styles.ticked : ""}`} aria-hidden>
        {step.done ? <Check size={16} /> : number}
      </span>
      <div className={styles.words}>
        <h2 className={styles.label}>{step.label}</h2>
        <p className={styles.help}>{step.help}</p>
        {step.done ? (
          <p className={styles.state}>
            {step.by_itself ? t("byItself") : t("saidBy", { name: step.said_by ?? "" })}
          </p>
        ) : null}
      </div>
      <div className={styles.actions}>
        {step.by_itself ? null : (
          <Button type="text" loading={busy} onClick={() => onSay(!step.done)}>
            {t(step.done ? "unsay" : "say")}
          </Button>
        )}
        <LinkButton to={step.path} type={next ? "primary" : "default"}>
          {t(step.done ? "open" : "go")}
        </LinkButton>
      </div>
    </li>
  );
}
