import { useQueries } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Check } from "lucide-react";
import { useMemo } from "react";
import { metaQuery } from "../data/meta";
import { DueDate } from "../fields/cells";
import { useFormat } from "../fields/use-format";
import { useLocalState, useShown } from "../list/use-list-state";
import { useObjectList } from "../list/use-object-list";
import {
  type ActionMeta,
  type FieldMeta,
  isBlank,
  type ObjectMeta,
  type RecordData,
  titleOf,
} from "../model/meta";
import { linkField } from "./link-to-parent";
import styles from "./next-steps.module.css";
import { useActions } from "./use-actions";

/** What is still to be done is a kind that is noted here and has a main command of its own: doing it. */
function toDo(meta: ObjectMeta): ActionMeta | null {
  return meta.actions.find((action) => action.primary && action.on.includes("record")) ?? null;
}

export function NextSteps({ meta, record }: { meta: ObjectMeta; record: RecordData }) {
  const found = useQueries({ queries: (meta.detail?.composer ?? []).map((name) => metaQuery(name)) });
  return found.map(({ data: kind }) => {
    const action = kind ? toDo(kind) : null;
    const link = kind ? linkField(meta, kind) : null;
    return kind && action && link ? (
      <OpenList key={kind.name} parent={meta} record={record} kind={kind} action={action} link={link} />
    ) : null;
  });
}

type OpenListProps = {
  parent: ObjectMeta;
  record: RecordData;
  kind: ObjectMeta;
  action: ActionMeta;
  link: string;
};

function OpenList({ record, kind, action, link }: OpenListProps) {
  const { t } = useFormat();
  const due =
    kind.fields.find(
      (field: FieldMeta) => (field.type === "date" || field.type === "instant") && field.quick,
    ) ?? null;
  const fixed = useMemo(() => ({ field: link, op: "eq" as const, value: record.id }), [link, record.id]);
  const { state } = useLocalState({
    columns: due ? [kind.title_field, due.name] : [kind.title_field],
    sort: due?.sortable ? due.name : null,
  });
  const shown = useShown(kind, state);
  const { rows, list } = useObjectList(kind, state, shown, fixed, true, 6);
  const { start, element } = useActions(kind, () => void list.refetch());
  const open = rows.filter((row) => row.can?.[action.name] === true);
  return (
    <section className={styles.box}>
      <h2 className={styles.title}>{t("next.title", { label: kind.label })}</h2>
      {open.length === 0 ? <p className={styles.none}>{list.isPending ? "…" : t("next.none")}</p> : null}
      <ul>
        {open.map((row) => (
          <li key={row.id} className={styles.item}>
            <button
              type="button"
              className={styles.tick}
              aria-label={`${action.label}：${titleOf(kind, row)}`}
              title={action.label}
              onClick={() => start(action, row)}
            >
              <Check size={12} aria-hidden />
            </button>
            <Link className={styles.name} to={`/${kind.name}/${row.id}` as string}>
              {titleOf(kind, row)}
            </Link>
            {due && !isBlank(row[due.name]) ? (
              <span className={styles.due}>
                <DueDate value={String(row[due.name])} lateLabel={t("next.late")} />
              </span>
            ) : null}
          </li>
        ))}
      </ul>
      {element}
    </section>
  );
}
