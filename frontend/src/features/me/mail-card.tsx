import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Button } from "antd";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { api } from "@/api/client";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { ConfirmButton } from "@/kit/confirm-button";
import { TextField } from "@/kit/field";
import { useErrorText } from "@/kit/states";
import { useMessage } from "@/kit/use-message";
import { MailRhythm } from "./mail-rhythm";
import { type Mailbox, mailboxKey, mailboxQuery } from "./mailbox";
import styles from "./me.module.css";

type Change = (answer: Promise<{ data: Mailbox }>, done?: string) => Promise<void>;

/** One's own address for letters, confirmed by its reader, and when they come. */
export function MailCard() {
  const t = useT("me");
  const client = useQueryClient();
  const message = useMessage();
  const box = useQuery(mailboxQuery).data;
  const [changing, setChanging] = useState(false);

  const change: Change = async (answer, done) => {
    try {
      const { data } = await answer;
      // What was asked before this was done must not be taken for the newer.
      await client.cancelQueries({ queryKey: mailboxKey });
      client.setQueryData(mailboxKey, data);
      if (done) message.success(done);
    } catch (error) {
      message.error(error);
      await client.invalidateQueries({ queryKey: mailboxKey });
    }
  };
  useConfirmation(change);
  if (!box) return null;
  const asking = !box.confirmed || changing;
  return (
    <Card title={<span id="mail">{t("mail.title")}</span>}>
      {box.available ? null : <p className={styles.hint}>{t("mail.unavailable")}</p>}
      <div className={styles.mail}>
        {box.confirmed ? (
          <p className={styles.mailTo}>
            <strong>{box.address}</strong>
            {box.stopped ? <span className={styles.warn}>{t("mail.stopped")}</span> : null}
          </p>
        ) : null}
        {box.refused ? <p className={styles.problem}>{t("mail.refused", { said: box.refused })}</p> : null}
        {box.pending ? <p>{t("mail.pending", { address: box.pending })}</p> : null}
        {box.available && asking ? (
          <AddressForm key={box.pending} box={box} onAsked={() => setChanging(false)} />
        ) : null}
        {box.confirmed ? (
          <>
            <MailRhythm box={box} onChange={(values) => change(api.put<Mailbox>("/me/mail", values))} />
            <div className={styles.mailButtons}>
              <Button
                onClick={() => void change(api.post<Mailbox>("/me/mail/stopped", { stopped: !box.stopped }))}
              >
                {box.stopped ? t("mail.resume") : t("mail.stop")}
              </Button>
              {changing || !box.available ? null : (
                <Button onClick={() => setChanging(true)}>{t("mail.change")}</Button>
              )}
              <ConfirmButton
                question={t("mail.forgetAsk")}
                onConfirm={() => change(api.delete<Mailbox>("/me/mail/address"))}
              >
                {t("mail.forget")}
              </ConfirmButton>
            </div>
          </>
        ) : null}
      </div>
    </Card>
  );
}

/** The link of a confirmation leads here with its token: tell the server once, then take it out of the address. */
function useConfirmation(change: Change) {
  const t = useT("me");
  const navigate = useNavigate();
  const { confirm }: { confirm?: string } = useSearch({ strict: false });
  const told = useRef<string | null>(null);
  useEffect(() => {
    if (!confirm || told.current === confirm) return;
    told.current = confirm;
    void change(api.post<Mailbox>("/me/mail/confirm", { token: String(confirm) }), t("mail.confirmed")).then(
      () => navigate({ to: ".", search: {} as never, hash: "mail", replace: true }),
    );
  }, [confirm, change, navigate, t]);
}

function AddressForm({ box, onAsked }: { box: Mailbox; onAsked: () => void }) {
  const t = useT("me");
  const client = useQueryClient();
  const errorText = useErrorText();
  const [address, setAddress] = useState(box.pending || (box.confirmed ? "" : box.suggested));
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);

  async function ask(event: FormEvent) {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      client.setQueryData(mailboxKey, (await api.post<Mailbox>("/me/mail/address", { address })).data);
      onAsked();
    } catch (error) {
      setProblem(errorText(error));
    }
    setBusy(false);
  }

  return (
    <form className={styles.mailAsk} noValidate onSubmit={(event) => void ask(event)}>
      <TextField
        label={t("mail.address")}
        type="email"
        autoComplete="email"
        value={address}
        onValue={setAddress}
        error={problem}
      />
      <Button htmlType="submit" loading={busy} disabled={!address}>
        {box.pending ? t("mail.again") : t("mail.ask")}
      </Button>
    </form>
  );
}
