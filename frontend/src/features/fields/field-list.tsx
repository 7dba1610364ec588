import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Button } from "antd";
import { ListPlus, Plus } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { api } from "@/api/client";
import { useLocale, useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { SkeletonRows } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { useMessage } from "@/kit/use-message";
import { DeclaredFields } from "./declared-fields";
import type { Definition, FieldsOf } from "./definition";
import styles from "./fields.module.css";
import { moved } from "./ordered";
import { fieldsQuery, pathOf, useRefresh } from "./queries";
import { SearchMark } from "./search-mark";
import { SortableRow } from "./sortable-row";

const FieldPanel = lazy(async () => ({ default: (await import("./field-panel")).FieldPanel }));

export function FieldList({ object }: { object: string }) {
  const t = useT("fields");
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as { add?: string };
  const query = useQuery(fieldsQuery(object));
  const [editing, setEditing] = useState<string | null>(null);
  if (query.error) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  if (!query.data) return <SkeletonRows rows={6} />;
  const of = query.data;
  const adding = search.add === "1";
  const add = (on: boolean) =>
    void navigate({
      to: ".",
      search: ((old: Record<string, unknown>) => ({
        ...old,
        id: object,
        add: on ? "1" : undefined,
      })) as never,
      replace: true,
    });
  const edited = of.items.find((item) => item.key === editing) ?? null;
  return (
    <div className={styles.stack}>
      <Card
        flush
        title={t("custom")}
        extra={
          <span className={styles.extra}>
            <span className={styles.muted}>{t("used", { count: activeOf(of).length, limit: of.limit })}</span>
            <Button type="primary" icon={<Plus size={15} aria-hidden />} onClick={() => add(true)}>
              {t("add")}
            </Button>
          </span>
        }
      >
        <CustomFields of={of} onEdit={setEditing} />
      </Card>
      <RemovedFields of={of} />
      <DeclaredFields of={of} />
      {adding || edited ? (
        <Suspense fallback={null}>
          <FieldPanel
            key={edited?.key ?? "new"}
            of={of}
            definition={edited}
            onClose={() => {
              setEditing(null);
              if (adding) add(false);
            }}
          />
        </Suspense>
      ) : null}
    </div>
  );
}

function activeOf(of: FieldsOf): Definition[] {
  return of.items.filter((item) => item.active);
}

function CustomFields({ of, onEdit }: { of: FieldsOf; onEdit: (key: string) => void }) {
  const t = useT("fields");
  const english = useLocale() === "en";
  const message = useMessage();
  const refresh = useRefresh(of.object);
  const items = activeOf(of);
  if (items.length === 0)
    return <EmptyState icon={ListPlus} title={t("none")} text={t("none_text", { label: of.label })} />;
  const typeOf = (item: Definition) => of.types.find((type) => type.type === item.type)?.label ?? item.type;
  const move = async (from: number, to: number) => {
    const keys = moved(items, from, to).map((item) => item.key);
    await api.put(`/admin/fields/${of.object}/order`, { keys }).catch(message.error);
    await refresh();
  };
  return (
    <ul>
      {items.map((item, index) => {
        const label = (english && item.label_en) || item.label_zh;
        return (
          <SortableRow
            key={item.key}
            list={`fields-${of.object}`}
            index={index}
            count={items.length}
            label={label}
            onMove={(from, to) => void move(from, to)}
          >
            <button type="button" className={styles.name} onClick={() => onEdit(item.key)}>
              <span>{label}</span>
              <code>{item.name}</code>
            </button>
            <span className={styles.type}>{typeOf(item)}</span>
            <Marks item={item} />
          </SortableRow>
        );
      })}
    </ul>
  );
}

function Marks({ item }: { item: Definition }) {
  const t = useT("fields");
  const state = item.index?.state ?? "none";
  return (
    <span className={styles.marks}>
      {item.fault ? (
        <span className={styles.fault} title={item.fault}>
          {t("broken")}
        </span>
      ) : null}
      {item.required ? <span>{t("required")}</span> : null}
      {item.unique ? <span>{t("unique")}</span> : null}
      {state === "none" ? null : <span>{t(`index_${state}`)}</span>}
      <SearchMark search={item.search} />
    </span>
  );
}

function RemovedFields({ of }: { of: FieldsOf }) {
  const t = useT("fields");
  const english = useLocale() === "en";
  const message = useMessage();
  const refresh = useRefresh(of.object);
  const removed = of.items.filter((item) => !item.active);
  if (removed.length === 0) return null;
  async function bringBack(item: Definition) {
    try {
      await api.post(`${pathOf(item)}/activate`, {});
      message.success(t("back"));
    } catch (error) {
      message.error(error);
    }
    await refresh();
  }
  return (
    <details className={styles.fold}>
      <summary>{t("removed", { count: removed.length })}</summary>
      <ul>
        {removed.map((item) => (
          <li key={item.key} className={styles.row}>
            <span className={styles.name}>
              <span>{(english && item.label_en) || item.label_zh}</span>
              <code>{item.name}</code>
            </span>
            <Button size="small" onClick={() => void bringBack(item)}>
              {t("bring_back")}
            </Button>
          </li>
        ))}
      </ul>
    </details>
  );
}
