import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { api } from "@/api/client";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { ConfirmButton } from "@/kit/confirm-button";
import { DateTime } from "@/kit/date-time";
import { SimpleTable } from "@/kit/simple-table";
import { EmptyState } from "@/kit/states";
import { TokenLimits } from "@/kit/token-limits";
import { useMessage } from "@/kit/use-message";
import styles from "./me.module.css";
import { TokenForm } from "./token-form";

type Token = {
  id: string;
  name: string;
  created_at?: string | null;
  last_used_at?: string | null;
  expires_at: string | null;
  prefix: string;
  read_only: boolean;
  objects: { name: string; label: string }[];
};

const key = ["me", "tokens"];

export function TokensCard() {
  const t = useT("me");
  const client = useQueryClient();
  const message = useMessage();
  const [made, setMade] = useState<string | null>(null);
  const tokens = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => (await api.get<{ items: Token[] }>("/me/tokens", { signal })).data.items,
  });

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
      <TokenForm
        onMade={(token) => {
          setMade(token);
          void client.invalidateQueries({ queryKey: key });
        }}
      />
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
            {
              key: "name",
              title: t("tokens.name"),
              cell: (token) => (
                <span>
                  {token.name} <code className={styles.prefix}>{token.prefix}…</code>
                </span>
              ),
            },
            { key: "limits", title: t("tokens.limits"), cell: (token) => <TokenLimits token={token} /> },
            {
              key: "expires",
              title: t("tokens.expires"),
              cell: (token) => <DateTime value={token.expires_at} kind="smart" />,
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
