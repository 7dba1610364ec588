import { useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { type FormEvent, useState } from "react";
import { api } from "@/api/client";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { TextField } from "@/kit/field";
import { useErrorText } from "@/kit/states";
import styles from "./mail.module.css";
import { type Letter, mailKey } from "./queries";

/** How often the outcome of a test is looked for, and how many seconds between: longer than the server may take. */
const LOOKS = 45;
const PAUSE = 900;

type Outcome = { good: boolean; text: string; said: string };

/** One letter with the settings that are saved; what the server answered, in plain words and in its own. */
export function TestCard() {
  const t = useT("mail");
  const client = useQueryClient();
  const errorText = useErrorText();
  const [to, setTo] = useState("");
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Outcome | null>(null);

  async function fate(id: string): Promise<Outcome> {
    for (let look = 0; look < LOOKS; look++) {
      await new Promise((resolve) => window.setTimeout(resolve, PAUSE));
      const { data } = await api.get<Letter>(`/admin/mail/letters/${id}`);
      if (data.state === "sent") return { good: true, text: t("test.done"), said: data.answer };
      if (data.state !== "waiting") return { good: false, text: data.reason_label, said: data.answer };
    }
    return { good: false, text: t("test.late"), said: "" };
  }

  async function send(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setOutcome(null);
    try {
      const { data } = await api.post<Letter>("/admin/mail/test", { to });
      setOutcome(await fate(data.id));
    } catch (error) {
      setOutcome({ good: false, text: errorText(error), said: "" });
    }
    await client.invalidateQueries({ queryKey: mailKey });
    setBusy(false);
  }

  return (
    <Card title={t("test.title")}>
      <p className={styles.hint}>{t("test.lead")}</p>
      <form className={styles.test} noValidate onSubmit={(event) => void send(event)}>
        <TextField label={t("test.to")} type="email" value={to} onValue={setTo} autoComplete="email" />
        <Button htmlType="submit" loading={busy} disabled={!to}>
          {t("test.send")}
        </Button>
      </form>
      <div aria-live="polite">
        {outcome ? (
          <p className={outcome.good ? styles.good : styles.bad}>
            {outcome.text}
            {outcome.said ? <q className={styles.said}>{outcome.said}</q> : null}
          </p>
        ) : null}
      </div>
    </Card>
  );
}
