import { useQuery } from "@tanstack/react-query";
import { useT } from "@/i18n/index";
import { ActionDialog } from "@/objects/form/action-dialog";
import { paramAsField, titleOf } from "@/objects/model/meta";
import type { CommandDialogProps } from "@/objects/slots";
import { MatchList } from "./match-list";
import { matchesQuery } from "./matches";
import styles from "./sales.module.css";

/** Converting a lead: into the customer it already is, or a new one; with an opportunity, or without. */
export function ConvertDialog({ meta, record, action, initial, run, onClose }: CommandDialogProps) {
  const t = useT("sales");
  const { data } = useQuery(matchesQuery(record.id, record.version));
  const found = data ? data.customers.length + data.contacts.length : 0;
  return (
    <ActionDialog
      title={`${action.label} · ${titleOf(meta, record)}`}
      text={t("convert.text")}
      above={(_, set) =>
        data && found > 0 ? (
          <section className={styles.card}>
            <h3 className={styles.head}>{t("matches.title")}</h3>
            <MatchList
              object="customers"
              matches={data.customers}
              onChoose={(match) => set("customer", { id: match.id, label: match.label })}
            />
            <MatchList
              object="contacts"
              matches={data.contacts}
              onChoose={(match) => set("contact", { id: match.id, label: match.label })}
            />
          </section>
        ) : null
      }
      fields={action.params.map(paramAsField)}
      record={record}
      initial={initial}
      okLabel={action.label}
      run={run}
      onClose={onClose}
    />
  );
}
