import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { api } from "@/api/client";
import type { Ref } from "@/api/types";
import { comma, useT } from "@/i18n/index";
import { ConfirmButton } from "@/kit/confirm-button";
import { DateTime } from "@/kit/date-time";
import { ErrorState } from "@/kit/states";
import { useMessage } from "@/kit/use-message";
import styles from "./panel.module.css";
import { useRefresh } from "./queries";

type Version = {
  version: number;
  at: string;
  actor: Ref | null;
  action_label: string;
  changes: { name: string; old: unknown; new: unknown }[];
};
type HistoryProps = { path: string; object: string; onReverted: () => void };

/** How a field or a layout came to be what it is, and the way back to any of its versions. */
export function History({ path, object, onReverted }: HistoryProps) {
  const t = useT("fields");
  const message = useMessage();
  const refresh = useRefresh(object);
  const [open, setOpen] = useState(false);
  const { data, error } = useQuery({
    queryKey: ["admin", "custom", "history", path],
    enabled: open,
    queryFn: async ({ signal }) =>
      (await api.get<{ items: Version[] }>(`${path}/history`, { signal })).data.items,
  });
  async function revert(version: number) {
    try {
      await api.post(`${path}/revert`, { version });
      message.success(t("reverted"));
      await refresh();
      onReverted();
    } catch (caught) {
      message.error(caught);
    }
  }
  return (
    <details className={styles.more} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("history")}</summary>
      {error ? <ErrorState compact error={error} /> : null}
      <ol className={styles.versions}>
        {data?.map((item, index) => (
          <li key={item.version}>
            <div className={styles.line}>
              <span className={styles.words}>
                <b>{item.actor?.label ?? t("system")}</b> {item.action_label}{" "}
                <DateTime value={item.at} kind="smart" />
              </span>
              {index > 0 ? (
                <ConfirmButton size="small" onConfirm={() => revert(item.version)}>
                  {t("revert")}
                </ConfirmButton>
              ) : null}
            </div>
            <dl>
              {item.changes.map((change) => (
                <div key={change.name}>
                  <dt>{t(change.name, { defaultValue: change.name })}</dt>
                  <dd>
                    <del>{words(change.old, t)}</del> → <ins>{words(change.new, t)}</ins>
                  </dd>
                </div>
              ))}
            </dl>
          </li>
        ))}
      </ol>
    </details>
  );
}

/** A value of a definition as a person reads it; choices by their names. */
function words(value: unknown, t: (key: string) => string): string {
  if (value === null || value === undefined || value === "") return "–";
  if (typeof value === "boolean") return t(value ? "yes" : "no");
  if (Array.isArray(value)) return value.map((one) => nameOf(one)).join(comma()) || "–";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

function nameOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  return "label_zh" in value ? String(value.label_zh) : JSON.stringify(value);
}
