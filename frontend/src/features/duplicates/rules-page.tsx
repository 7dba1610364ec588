import { useQueryClient } from "@tanstack/react-query";
import { Button, Checkbox, Input, InputNumber, Select } from "antd";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { api } from "@/api/client";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { PageHeader } from "@/kit/page-header";
import { SkeletonRows } from "@/kit/skeleton";
import { ErrorState } from "@/kit/states";
import { StateTag } from "@/kit/tag";
import { useMessage } from "@/kit/use-message";
import styles from "./duplicates.module.css";
import { type Rule, type RuleKind, rulesKey, useRules } from "./queries";

const ACTIONS = ["alert", "block", "off"] as const;

/** By what doubles are recognised, kind by kind: ready rules to set, and one's own. */
export function RulesPage() {
  const t = useT("duplicates");
  const rules = useRules();
  const save = useSave();
  return (
    <div className={styles.page}>
      <PageHeader title={t("rulesTitle")} sub={t("rulesSub")} />
      {rules.isPending ? <SkeletonRows rows={6} /> : null}
      {rules.isError ? <ErrorState error={rules.error} onRetry={() => void rules.refetch()} /> : null}
      {rules.data?.map((kind) => (
        <Card key={kind.object} title={kind.label} flush>
          <div className={styles.rules}>
            {kind.rules.map((rule) => (
              <RuleRow key={rule.code} kind={kind} rule={rule} save={save} />
            ))}
          </div>
          <AddRule kind={kind} save={save} />
        </Card>
      ))}
    </div>
  );
}

type Save = (work: () => Promise<{ data: { items: RuleKind[] } }>) => Promise<boolean>;

function useSave(): Save {
  const t = useT("duplicates");
  const client = useQueryClient();
  const message = useMessage();
  return async (work) => {
    try {
      const { data } = await work();
      client.setQueryData(rulesKey, data.items);
      message.success(t("ruleSaved"));
      return true;
    } catch (error) {
      message.error(error);
      return false;
    }
  };
}

function RuleRow({ kind, rule, save }: { kind: RuleKind; rule: Rule; save: Save }) {
  const t = useT("duplicates");
  const path = `/duplicate-rules/${kind.object}/${rule.code}`;
  const set = (values: Partial<Rule>) => void save(() => api.patch<{ items: RuleKind[] }>(path, values));
  return (
    <div className={styles.rule}>
      <div>
        <b>{rule.label}</b>
        <p>
          {rule.parts.map((part) => t("partHow", { field: part.label, how: part.how_label })).join(" + ")}
        </p>
      </div>
      {rule.fixed ? (
        <StateTag>{t("fixed")}</StateTag>
      ) : (
        <div className={styles.set}>
          {rule.threshold === null ? null : (
            <span>
              {t("threshold")}{" "}
              <InputNumber
                aria-label={`${rule.label} ${t("threshold")}`}
                className={styles.number ?? ""}
                min={60}
                max={100}
                defaultValue={rule.threshold}
                onBlur={(event) => {
                  const value = Number(event.target.value);
                  if (value !== rule.threshold) set({ threshold: value });
                }}
              />
            </span>
          )}
          <Checkbox
            checked={rule.everywhere}
            disabled={rule.action !== "alert"}
            onChange={(event) => set({ everywhere: event.target.checked })}
          >
            {t("everywhere")}
          </Checkbox>
          <Select
            aria-label={`${rule.label} ${t("action")}`}
            value={rule.action}
            onChange={(action) => set({ action })}
            options={ACTIONS.map((value) => ({ value, label: t(`actions.${value}`) }))}
          />
          {rule.own ? (
            <Button
              type="text"
              danger
              aria-label={t("removeRule", { label: rule.label })}
              icon={<Trash2 size={15} aria-hidden />}
              onClick={() => void save(() => api.delete<{ items: RuleKind[] }>(path))}
            />
          ) : null}
        </div>
      )}
    </div>
  );
}

type Part = { field: string; how: string };

function AddRule({ kind, save }: { kind: RuleKind; save: Save }) {
  const t = useT("duplicates");
  const [open, setOpen] = useState(false);
  const [label, setLabel] = useState("");
  const [parts, setParts] = useState<Part[]>([]);
  if (!open) {
    return (
      <Button type="link" onClick={() => setOpen(true)}>
        {t("addRule")}
      </Button>
    );
  }
  const choices = kind.fields.flatMap((field) =>
    field.ways.map((how) => ({
      value: `${field.field} ${how}`,
      label: t("partHow", {
        field: field.label,
        how: kind.ways.find((way) => way.how === how)?.label ?? how,
      }),
    })),
  );
  const fuzzy = parts.some((part) => kind.ways.find((way) => way.how === part.how)?.fuzzy);
  const add = async () => {
    const values = {
      object: kind.object,
      label,
      parts,
      action: "alert",
      ...(fuzzy ? { threshold: 82 } : {}),
    };
    if (await save(() => api.post<{ items: RuleKind[] }>("/duplicate-rules", values))) {
      setOpen(false);
      setLabel("");
      setParts([]);
    }
  };
  return (
    <div className={styles.add}>
      <Input
        aria-label={t("ruleName")}
        placeholder={t("ruleName")}
        maxLength={60}
        value={label}
        onChange={(event) => setLabel(event.target.value)}
      />
      <Select
        mode="multiple"
        aria-label={t("ruleParts")}
        placeholder={t("ruleParts")}
        value={parts.map((part) => `${part.field} ${part.how}`)}
        onChange={(values: string[]) =>
          setParts(
            values.map((value) => {
              const [field = "", how = ""] = value.split(" ");
              return { field, how };
            }),
          )
        }
        options={choices}
      />
      <div className={styles.set}>
        <Button type="primary" disabled={!label.trim() || parts.length === 0} onClick={() => void add()}>
          {t("saveRule")}
        </Button>
        <Button onClick={() => setOpen(false)}>{t("cancel")}</Button>
      </div>
    </div>
  );
}
