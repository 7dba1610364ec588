import { useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { api } from "@/api/client";
import type { Ref } from "@/api/types";
import { useT } from "@/i18n/index";
import { ConfirmButton } from "@/kit/confirm-button";
import { DateTime } from "@/kit/date-time";
import { SkeletonRows } from "@/kit/skeleton";
import { ErrorState } from "@/kit/states";
import { useMessage } from "@/kit/use-message";
import styles from "./versions.module.css";
import { versionsKey } from "./versions-key";

/** One thing that a version changed. `label` says of what, where the versioned thing has parts of its own. */
export type VersionChange = { name: string; label?: string; old: unknown; new: unknown };
type Version = {
  version: number;
  at: string;
  actor: Ref | null;
  action_label: string;
  changes: VersionChange[];
};
type VersionsProps = {
  /** The address of what is versioned: `…/history` and `…/revert` lie below it. */
  path: string;
  tell: (change: VersionChange) => ReactNode;
  onReverted: () => unknown;
};

/** How something an administrator set up came to be what it is, and the way back to any of its versions. */
export function Versions({ path, tell, onReverted }: VersionsProps) {
  const t = useT("admin");
  const message = useMessage();
  const client = useQueryClient();
  const [open, setOpen] = useState(false);
  const key = versionsKey(path);
  const { data, error } = useQuery({
    queryKey: key,
    enabled: open,
    queryFn: async ({ signal }) =>
      (await api.get<{ items: Version[] }>(`${path}/history`, { signal })).data.items,
  });
  async function revert(version: number) {
    try {
      await api.post(`${path}/revert`, { version });
      message.success(t("versions.reverted"));
      await client.invalidateQueries({ queryKey: key });
      await onReverted();
    } catch (caught) {
      message.error(caught);
    }
  }
  return (
    <details className={styles.versions} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("versions.title")}</summary>
      {error ? <ErrorState compact error={error} /> : null}
      {open && !data && !error ? <SkeletonRows rows={3} /> : null}
      <ol>
        {data?.map((item, index) => (
          <li key={item.version}>
            <div className={styles.line}>
              <span className={styles.words}>
                <b>{item.actor?.label ?? t("versions.system")}</b> {item.action_label}{" "}
                <DateTime value={item.at} kind="smart" />
              </span>
              {index > 0 ? (
                <ConfirmButton size="small" onConfirm={() => revert(item.version)}>
                  {t("versions.revert")}
                </ConfirmButton>
              ) : null}
            </div>
            <ul>
              {item.changes.map((change) => (
                <li key={`${change.name} ${change.label ?? ""}`}>{tell(change)}</li>
              ))}
            </ul>
          </li>
        ))}
      </ol>
    </details>
  );
}

/** "名称：旧 → 新". */
export function ChangeLine({ name, old, now }: { name: ReactNode; old: ReactNode; now: ReactNode }) {
  return (
    <>
      <span className={styles.name}>{name}</span> <del>{old}</del> → <ins>{now}</ins>
    </>
  );
}
