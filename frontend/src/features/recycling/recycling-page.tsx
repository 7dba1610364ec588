import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Button } from "antd";
import { Plus, Recycle } from "lucide-react";
import { useState } from "react";
import { ApiError, api } from "@/api/client";
import type { ProblemError } from "@/api/types";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { PageHeader } from "@/kit/page-header";
import { Pills } from "@/kit/pills";
import { SkeletonRows } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { useHotkey } from "@/kit/use-hotkey";
import { useMessage } from "@/kit/use-message";
import { Forecast } from "./forecast";
import { errorsOf, moved, newRule, previewQuery, type Rule, type Rules, rulesQuery } from "./queries";
import styles from "./recycling.module.css";
import { RuleCard } from "./rule-card";
import { Runs } from "./runs";

/** By which rules customers and leads go back to the pools, what the next run would take, and what runs did (POOL-3). */
export function RecyclingPage() {
  const t = useT("recycling");
  const navigate = useNavigate();
  const search: { object?: string } = useSearch({ strict: false });
  const object = search.object ?? "customers";
  const rules = useQuery(rulesQuery(object));
  return (
    <div className={styles.page}>
      <PageHeader title={t("title")} sub={t("sub")}>
        <Pills
          label={t("what")}
          options={(rules.data?.kinds ?? []).map((kind) => ({ value: kind.object, label: kind.label }))}
          value={object}
          onChoose={(next) => void navigate({ to: ".", search: { object: next } as never, replace: true })}
        />
      </PageHeader>
      <Forecast object={object} />
      {rules.isPending ? <SkeletonRows rows={6} /> : null}
      {rules.isError ? <ErrorState error={rules.error} onRetry={() => void rules.refetch()} /> : null}
      {rules.data ? <RuleList key={`${object} ${rules.data.version}`} rules={rules.data} /> : null}
      <Runs />
    </div>
  );
}

function RuleList({ rules }: { rules: Rules }) {
  const t = useT("recycling");
  const common = useT("admin");
  const [items, setItems] = useState(rules.items);
  const [errors, setErrors] = useState<ProblemError[]>([]);
  const dirty = items !== rules.items;
  const { busy, save } = useSave(rules, setErrors);
  const set = (index: number, rule: Rule) => setItems(items.map((one, at) => (at === index ? rule : one)));
  useHotkey("mod+enter", () => void save(items), { enabled: dirty });
  const add = (
    <Button
      icon={<Plus size={15} aria-hidden />}
      onClick={() => setItems([...items, newRule(rules.reasons[0]?.code ?? "")])}
    >
      {t("add")}
    </Button>
  );
  return (
    <>
      <Card title={t("rules")} extra={add} flush>
        {items.length === 0 ? (
          <EmptyState icon={Recycle} title={t("noRules")} text={t("noRulesText")} />
        ) : null}
        <ol className={styles.rules}>
          {items.map((rule, index) => (
            <RuleCard
              // biome-ignore lint/suspicious/noArrayIndexKey: a rule that is not saved yet has no other name
              key={rule.id || `new-${index}`}
              rule={rule}
              rules={rules}
              errors={errorsOf(errors, index)}
              first={index === 0}
              last={index === items.length - 1}
              onChange={(next) => set(index, next)}
              onMove={(step) => setItems(moved(items, index, index + step))}
              onRemove={() => setItems(items.filter((_, at) => at !== index))}
            />
          ))}
        </ol>
      </Card>
      {dirty ? (
        <div className={styles.bar} role="status">
          <span>{common("unsaved")}</span>
          <Button
            onClick={() => {
              setItems(rules.items);
              setErrors([]);
            }}
          >
            {common("discard")}
          </Button>
          <Button type="primary" loading={busy} onClick={() => void save(items)}>
            {common("save")}
          </Button>
        </div>
      ) : null}
    </>
  );
}

function useSave(rules: Rules, setErrors: (errors: ProblemError[]) => void) {
  const t = useT("recycling");
  const client = useQueryClient();
  const message = useMessage();
  const [busy, setBusy] = useState(false);
  async function save(items: Rule[]) {
    setBusy(true);
    try {
      const body = items.map((rule) => ({ ...rule, pool: rule.pool?.id ?? null }));
      const headers = { "If-Match": `"${rules.version}"` };
      const { data } = await api.put<Rules>(
        "/recycling/rules",
        { object: rules.object, items: body },
        { headers },
      );
      setErrors([]);
      client.setQueryData(rulesQuery(rules.object).queryKey, data);
      message.success(t("saved"));
      await client.invalidateQueries({ queryKey: previewQuery(rules.object).queryKey });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setErrors(error.errors);
      message.error(error);
    } finally {
      setBusy(false);
    }
  }
  return { busy, save };
}
