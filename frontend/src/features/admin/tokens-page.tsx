import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { KeyRound } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client";
import type { Ref } from "@/api/types";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { ConfirmButton } from "@/kit/confirm-button";
import { DateTime } from "@/kit/date-time";
import { PageHeader } from "@/kit/page-header";
import { SimpleTable } from "@/kit/simple-table";
import { SkeletonRows } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { TokenLimits } from "@/kit/token-limits";
import { useMessage } from "@/kit/use-message";
import admin from "./admin.module.css";
import styles from "./audit.module.css";
import { useSectionTitle } from "./use-section-title";

type Token = {
  id: string;
  name: string;
  prefix: string;
  user: Ref;
  user_active: boolean;
  expires_at: string | null;
  last_used_at: string | null;
  revoked_at: string | null;
  read_only: boolean;
  objects: { name: string; label: string }[];
};

const STATES = ["active", "expired", "revoked"] as const;

/** Everybody's tokens: what is used, what is forgotten, and the end of either. */
export function TokensPage() {
  const t = useT("admin");
  const title = useSectionTitle("tokens");
  const client = useQueryClient();
  const message = useMessage();
  const [typed, setTyped] = useState("");
  const [state, setState] = useState<(typeof STATES)[number]>("active");
  const key = ["admin", "tokens"];
  const tokens = useQuery({
    queryKey: [...key, typed, state],
    queryFn: async ({ signal }) =>
      (await api.get<{ items: Token[] }>("/admin/tokens", { query: { q: typed, state }, signal })).data.items,
    placeholderData: keepPreviousData,
  });

  async function revoke(token: Token) {
    try {
      await api.post(`/admin/tokens/${token.id}/revoke`, {});
      message.success(t("tokens.done"));
    } catch (error) {
      message.error(error);
    }
    await client.invalidateQueries({ queryKey: key });
  }

  return (
    <>
      <PageHeader title={title} sub={t("tokens.sub")}>
        <div className={styles.filters}>
          <input
            type="search"
            size={28}
            aria-label={t("tokens.find")}
            placeholder={t("tokens.find")}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
          <select
            aria-label={t("tokens.state")}
            value={state}
            onChange={(event) => setState(event.target.value as typeof state)}
          >
            {STATES.map((one) => (
              <option key={one} value={one}>
                {t(`tokens.${one}`)}
              </option>
            ))}
          </select>
        </div>
      </PageHeader>
      {tokens.isPending ? <SkeletonRows rows={6} /> : null}
      {tokens.isError ? <ErrorState error={tokens.error} onRetry={() => void tokens.refetch()} /> : null}
      {tokens.data?.length === 0 ? (
        <EmptyState icon={KeyRound} title={t("tokens.empty")} text={t("tokens.emptyText")} />
      ) : null}
      {tokens.data && tokens.data.length > 0 ? (
        <Card flush>
          <SimpleTable
            label={title}
            rows={tokens.data}
            rowKey={(token) => token.id}
            columns={[
              {
                key: "name",
                title: t("tokens.name"),
                cell: (token) => (
                  <span>
                    {token.name} <code className={admin.hint}>{token.prefix}…</code>
                  </span>
                ),
              },
              {
                key: "who",
                title: t("tokens.who"),
                cell: (token) =>
                  token.user_active ? token.user.label : `${token.user.label}（${t("tokens.disabled")}）`,
              },
              { key: "limits", title: t("tokens.limits"), cell: (token) => <TokenLimits token={token} /> },
              {
                key: "used",
                title: t("tokens.used"),
                cell: (token) =>
                  token.last_used_at ? (
                    <DateTime value={token.last_used_at} kind="smart" />
                  ) : (
                    t("tokens.never")
                  ),
              },
              {
                key: "ends",
                title: state === "revoked" ? t("tokens.revokedAt") : t("tokens.expires"),
                cell: (token) => <DateTime value={token.revoked_at ?? token.expires_at} kind="smart" />,
              },
              {
                key: "revoke",
                title: "",
                align: "end",
                cell: (token) =>
                  token.revoked_at ? null : (
                    <ConfirmButton
                      size="small"
                      question={t("tokens.revokeAsk")}
                      onConfirm={() => revoke(token)}
                    >
                      {t("tokens.revoke")}
                    </ConfirmButton>
                  ),
              },
            ]}
          />
        </Card>
      ) : null}
    </>
  );
}
