import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { type FormEvent, useState } from "react";
import { api } from "@/api/client";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { ConfirmButton } from "@/kit/confirm-button";
import { DateTime } from "@/kit/date-time";
import { TextField } from "@/kit/field";
import { SimpleTable } from "@/kit/simple-table";
import { EmptyState } from "@/kit/states";
import { useMessage } from "@/kit/use-message";
import styles from "./me.module.css";

type Token = {
  id: string;
  name: string;
  created_at?: string | null;
  last_used_at?: string | null;
  token?: string;
};

const key = ["me", "tokens"];

export function TokensCard() {
  const t = useT("me");
  const client = useQueryClient();
  const message = useMessage();
  const [name, setName] = useState("");
  const [made, setMade] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const tokens = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => (await api.get<{ items: Token[] }>("/me/tokens", { signal })).data.items,
  });

  async function create(event: FormEvent) {
    event.preventDefault();
    if (!name.trim()) return;
    setBusy(true);
    try {
      const { data } = await api.post<Token>("/me/tokens", { name: name.trim() });
      setMade(data.token ?? null);
      setName("");
      await client.invalidateQueries({ queryKey: key });
    } catch (error) {
      message.error(error);
    }
    setBusy(false);
  }

  async function revoke(token: Token) {
    try {
      await api.delete(`/me/tokens/${token.id}`);
      message.success(t("tokens.revoked"));
    } catch (error) {
      message.error(error);
    }
    await client.invalidateQueries({ queryKey: key });
  }

  async function copy(text: string) {
    await navigator.clipboard.writeText(text);
    message.success(t("tokens.copied"));
  }

  return (
    <Card title={t("tokens.title")} flush>
      <p className={styles.lead}>{t("tokens.lead")}</p>
      <form className={`${styles.inner} ${styles.row}`} onSubmit={(event) => void create(event)}>
        <TextField
          label={t("tokens.name")}
          placeholder={t("tokens.example")}
          value={name}
          onValue={setName}
        />
        <Button htmlType="submit" size="large" loading={busy} disabled={!name.trim()}>
          {t("tokens.create")}
        </Button>
      </form>
      {made ? (
        <div className={styles.secret} role="status">
          <strong>{t("tokens.once")}</strong>
          <code>{made}</code>
          <span>
            <Button size="small" onClick={() => void copy(made)}>
              {t("tokens.copy")}
            </Button>
          </span>
        </div>
      ) : null}
      {tokens.data && tokens.data.length === 0 ? <EmptyState compact title={t("tokens.empty")} /> : null}
      {tokens.data && tokens.data.length > 0 ? (
        <SimpleTable
          label={t("tokens.title")}
          rows={tokens.data}
          rowKey={(token) => token.id}
          columns={[
            { key: "name", title: t("tokens.name"), cell: (token) => token.name },
            {
              key: "created",
              title: t("tokens.created"),
              cell: (token) => <DateTime value={token.created_at} kind="smart" />,
            },
            {
              key: "used",
              title: t("tokens.used"),
              cell: (token) =>
                token.last_used_at ? <DateTime value={token.last_used_at} kind="smart" /> : t("tokens.never"),
            },
            {
              key: "revoke",
              title: "",
              align: "end",
              cell: (token) => (
                <ConfirmButton size="small" onConfirm={() => revoke(token)}>
                  {t("tokens.revoke")}
                </ConfirmButton>
              ),
            },
          ]}
        />
      ) : null}
    </Card>
  );
}
