import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Button } from "antd";
import { Webhook as WebhookIcon } from "lucide-react";
import { useState } from "react";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { Card } from "@/kit/card";
import { DateTime } from "@/kit/date-time";
import { PageHeader } from "@/kit/page-header";
import { SimpleTable } from "@/kit/simple-table";
import { SkeletonRows } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { HealthTag } from "./health-tag";
import { type Webhook, webhooksQuery } from "./queries";
import { SecretNote } from "./secret-note";
import { WebhookEditor } from "./webhook-editor";
import { WebhookView } from "./webhook-view";
import styles from "./webhooks.module.css";

export function WebhooksPage() {
  const t = useT("webhooks");
  const navigate = useNavigate();
  const { id }: { id?: string } = useSearch({ strict: false });
  const [creating, setCreating] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const hooks = useQuery(webhooksQuery);
  const open = (next?: string) => void navigate({ to: ".", search: (next ? { id: next } : {}) as never });
  const chosen = hooks.data?.find((hook) => hook.id === id);

  if (chosen) {
    return (
      <WebhookView
        key={chosen.id}
        hook={chosen}
        secret={secret}
        onSecret={setSecret}
        onBack={() => {
          setSecret(null);
          open();
        }}
      />
    );
  }
  const create = (
    <Button type="primary" onClick={() => setCreating(true)}>
      {t("create")}
    </Button>
  );
  return (
    <>
      <PageHeader
        title={t("title")}
        sub={t("sub")}
        actions={creating || !hooks.data?.length ? null : create}
      />
      {secret ? <SecretNote secret={secret} onDone={() => setSecret(null)} /> : null}
      {creating ? (
        <WebhookEditor
          onClose={() => setCreating(false)}
          onSaved={(made, fresh) => {
            setCreating(false);
            setSecret(fresh);
            open(made.id);
          }}
        />
      ) : null}
      {hooks.isPending ? <SkeletonRows rows={4} /> : null}
      {hooks.isError ? <ErrorState error={hooks.error} onRetry={() => void hooks.refetch()} /> : null}
      {hooks.data?.length === 0 && !creating ? (
        <EmptyState icon={WebhookIcon} title={t("empty")} text={t("emptyText")} action={create} />
      ) : null}
      {hooks.data && hooks.data.length > 0 ? <HookTable hooks={hooks.data} /> : null}
    </>
  );
}

function HookTable({ hooks }: { hooks: Webhook[] }) {
  const t = useT("webhooks");
  return (
    <Card flush>
      <SimpleTable
        label={t("title")}
        rows={hooks}
        rowKey={(hook) => hook.id}
        columns={[
          {
            key: "name",
            title: t("name"),
            cell: (hook) => (
              <span className={styles.name}>
                <AppLink path={`/admin/webhooks?id=${hook.id}`}>{hook.name}</AppLink>
                <small>{hook.url}</small>
              </span>
            ),
          },
          { key: "state", title: t("state"), cell: (hook) => <HealthTag hook={hook} /> },
          { key: "owner", title: t("owner"), cell: (hook) => hook.owner.label ?? "–" },
          {
            key: "waiting",
            title: t("waiting"),
            align: "end",
            cell: (hook) => <span className="km-num">{hook.health.waiting}</span>,
          },
          {
            key: "today",
            title: t("today"),
            align: "end",
            cell: (hook) => (
              <span className="km-num">
                {t("todayFigures", { done: hook.health.done_today, failed: hook.health.failed_today })}
              </span>
            ),
          },
          {
            key: "last",
            title: t("lastOk"),
            cell: (hook) => <DateTime value={hook.health.last_ok_at} kind="smart" />,
          },
        ]}
      />
    </Card>
  );
}
