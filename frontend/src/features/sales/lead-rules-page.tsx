import { Button } from "antd";
import { Plus } from "lucide-react";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { PageHeader } from "@/kit/page-header";
import { SkeletonRows } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { SaveBar, useDocument, useSectionTitle } from "../admin/public";
import { moved } from "./gate-editor";
import { type Assignment, RuleRow, type Rules, type Scoring } from "./lead-rule-row";
import styles from "./sales.module.css";

/** Points for leads, and who gets those that arrive by themselves: the first rule that matches decides. */
export function LeadRulesPage() {
  const t = useT("sales");
  const title = useSectionTitle("lead-rules");
  const document = useDocument<Rules>("/lead-rules", (rules) => ({
    scoring: rules.scoring,
    assignment: rules.assignment.map((rule) => ({ ...rule, target: rule.target.id })),
  }));
  const rules = document.value;
  if (document.error) return <ErrorState error={document.error} onRetry={document.reload} />;
  if (!rules) return <SkeletonRows rows={6} />;
  const put = (kind: keyof Rules, list: (Scoring | Assignment)[]) =>
    document.change({ ...rules, [kind]: list } as Rules);
  const fresh = { name: "", active: true, condition: null };
  const blank = {
    scoring: { ...fresh, points: 10 },
    assignment: { ...fresh, target_kind: "user" as const, target: { id: null, label: null } },
  };
  return (
    <div className={styles.stack}>
      <PageHeader title={title} sub={t("rules.sub")} />
      {(["scoring", "assignment"] as const).map((kind) => {
        const list: (Scoring | Assignment)[] = rules[kind];
        return (
          <Card
            key={kind}
            title={t(`rules.${kind}`)}
            extra={
              <Button
                size="small"
                icon={<Plus size={14} aria-hidden />}
                onClick={() => put(kind, [...list, blank[kind]])}
              >
                {t("rules.add")}
              </Button>
            }
          >
            <p className={styles.said}>{t(`rules.${kind}_how`)}</p>
            {list.length === 0 ? <EmptyState compact title={t("rules.none")} /> : null}
            <ul className={styles.rules}>
              {list.map((rule, index) => (
                <RuleRow
                  // biome-ignore lint/suspicious/noArrayIndexKey: a new rule has no other name.
                  key={rule.id ?? `new${index}`}
                  kind={kind}
                  rule={rule}
                  index={index}
                  count={list.length}
                  onChange={(next) =>
                    put(
                      kind,
                      list.map((one, at) => (at === index ? next : one)),
                    )
                  }
                  onMove={(from, to) => put(kind, moved(list, from, to))}
                  onRemove={() =>
                    put(
                      kind,
                      list.filter((_, at) => at !== index),
                    )
                  }
                />
              ))}
            </ul>
          </Card>
        );
      })}
      <SaveBar document={document} />
    </div>
  );
}
