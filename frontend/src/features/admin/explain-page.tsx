import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Select } from "antd";
import { ShieldQuestion } from "lucide-react";
import { useCan } from "@/access/me";
import { api } from "@/api/client";
import type { ObjectMeta, ObjectSummary } from "@/api/types";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { PageHeader } from "@/kit/page-header";
import { RecordPicker } from "@/kit/record-picker";
import { SkeletonRows } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import styles from "./explain.module.css";
import { ExplainStory, type Story } from "./explain-story";
import { catalogueQuery } from "./queries";
import { useSectionTitle } from "./use-section-title";
import { ViewAsButton } from "./view-as-button";

type Question = { user?: string; object?: string; verb?: string; record?: string; field?: string };

/** Why can, or cannot, this person do that: the question is the page's address, so it can be sent on. */
export function ExplainPage() {
  const t = useT("admin");
  const title = useSectionTitle("explain");
  const can = useCan();
  const navigate = useNavigate();
  const question: Question = useSearch({ strict: false });
  const { user, object = "customers", verb = "view", record, field } = question;
  const set = (change: Question) => {
    const next = Object.fromEntries(Object.entries({ ...question, ...change }).filter(([, value]) => value));
    void navigate({ to: ".", search: next as never, replace: true });
  };
  const objects = useQuery({
    queryKey: ["meta", "objects"],
    queryFn: async ({ signal }) =>
      (await api.get<{ items: ObjectSummary[] }>("/meta/objects", { signal })).data.items,
    staleTime: 5 * 60_000,
  });
  const fields = useQuery({
    queryKey: ["meta", object, "fields"],
    queryFn: async ({ signal }) =>
      (await api.get<ObjectMeta>(`/meta/objects/${object}`, { signal })).data.fields,
    staleTime: 5 * 60_000,
  });
  const verbs = useVerbs(object);
  const story = useQuery({
    queryKey: ["admin", "explain", user, object, verb, record, field],
    queryFn: async ({ signal }) =>
      (await api.get<Story>("/admin/explain", { query: { user, object, verb, record, field }, signal })).data,
    enabled: Boolean(user),
  });
  return (
    <>
      <PageHeader
        title={title}
        sub={t("explain.sub")}
        actions={
          user && can("administration.view_as.start") ? (
            <ViewAsButton user={{ id: user, label: story.data?.user.label ?? null }} />
          ) : undefined
        }
      >
        <div className={styles.question}>
          <RecordPicker
            className={styles.pick}
            object="users"
            label={t("explain.user")}
            value={user ? [user] : []}
            onChange={(ids) => set({ user: ids[0] ?? "" })}
          />
          <Select
            className={styles.short}
            aria-label={t("explain.verb")}
            value={verb}
            options={verbs}
            onChange={(value: string) => set({ verb: value })}
          />
          <Select
            className={styles.short}
            aria-label={t("explain.object")}
            value={object}
            options={(objects.data ?? []).map((one) => ({ value: one.name, label: one.label }))}
            onChange={(value: string) => set({ object: value, record: "", field: "", verb: "view" })}
          />
          <RecordPicker
            key={object}
            className={styles.pick}
            object={object}
            label={t("explain.record")}
            value={record ? [record] : []}
            onChange={(ids) => set({ record: ids[0] ?? "" })}
          />
          <Select
            className={styles.pick}
            aria-label={t("explain.field")}
            allowClear
            placeholder={t("explain.field")}
            value={field ?? null}
            showSearch={{ optionFilterProp: "label" }}
            options={(fields.data ?? []).map((one) => ({ value: one.name, label: one.label }))}
            onChange={(value: string | null) => set({ field: value ?? "" })}
          />
        </div>
      </PageHeader>
      {user ? null : (
        <Card>
          <EmptyState icon={ShieldQuestion} title={t("explain.empty")} text={t("explain.emptyText")} />
        </Card>
      )}
      {user && story.isPending ? <SkeletonRows rows={6} /> : null}
      {story.isError ? <ErrorState error={story.error} onRetry={() => void story.refetch()} /> : null}
      {user && story.data ? <ExplainStory story={story.data} /> : null}
    </>
  );
}

type Choice = { value: string; label: string };

/** What may be done to a kind of record, from the catalogue of rights. */
function useVerbs(object: string): Choice[] {
  const t = useT("admin");
  const catalogue = useQuery(catalogueQuery);
  const group = catalogue.data?.groups.find((one) => one.object === object);
  const found = group?.permissions.map((one) => ({
    value: one.code.split(".").at(-1) ?? "",
    label: one.label,
  }));
  return found ?? [{ value: "view", label: t("explain.view") }];
}
