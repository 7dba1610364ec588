import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button, Modal } from "antd";
import { Trash2 } from "lucide-react";
import { useId, useState } from "react";
import { api } from "@/api/client";
import { EmptyState, ErrorState } from "@/kit/states";
import { useMessage } from "@/kit/use-message";
import { keys } from "../data/keys";
import { useFormat } from "../fields/use-format";
import { FieldRow } from "../form/field-row";
import barStyles from "../list/filter-bar.module.css";
import { paramAsField, type Ref, toWritable } from "../model/meta";
import styles from "./share.module.css";

type GranteeKind = "user" | "department" | "team";
type Share = {
  id: string;
  grantee_kind: GranteeKind;
  grantee: Ref;
  can_write: boolean;
  expires_at: string | null;
};

const KINDS: { kind: GranteeKind; target: string }[] = [
  { kind: "user", target: "users" },
  { kind: "department", target: "departments" },
  { kind: "team", target: "teams" },
];

/** Who else may see or change this one record, and until when. */
export function ShareDialog({ object, id, onClose }: { object: string; id: string; onClose: () => void }) {
  const { t } = useFormat();
  const message = useMessage();
  const client = useQueryClient();
  const idPrefix = useId();
  const path = `/${object}/${id}/shares`;
  const [kind, setKind] = useState<GranteeKind>("user");
  const [grantee, setGrantee] = useState<unknown>(null);
  const [canWrite, setCanWrite] = useState(false);
  const [until, setUntil] = useState<unknown>(null);
  const [busy, setBusy] = useState(false);
  const { data, error, refetch } = useQuery({
    queryKey: keys.shares(object, id),
    queryFn: async ({ signal }) => (await api.get<{ items: Share[] }>(path, { signal })).data.items,
  });
  async function act(work: () => Promise<unknown>) {
    setBusy(true);
    try {
      await work();
      setGrantee(null);
      await client.invalidateQueries({ queryKey: keys.shares(object, id) });
    } catch (caught) {
      message.error(caught);
    } finally {
      setBusy(false);
    }
  }
  const add = () =>
    act(() =>
      api.post(path, {
        grantee_kind: kind,
        grantee: toWritable(grantee),
        can_write: canWrite,
        expires_at: toWritable(until),
      }),
    );
  const target = KINDS.find((one) => one.kind === kind)?.target ?? "users";
  const field = {
    ...paramAsField({
      name: "grantee",
      type: "reference",
      label: t(`share.kind_${kind}`),
      required: true,
      choices: null,
      target,
    }),
  };
  const untilField = paramAsField({
    name: "until",
    type: "instant",
    label: t("share.until"),
    required: false,
    choices: null,
    target: null,
  });
  return (
    <Modal
      open
      title={t("share.title")}
      width={560}
      onCancel={onClose}
      footer={<Button onClick={onClose}>{t("action.close")}</Button>}
    >
      <div className={styles.body}>
        <p className={styles.muted}>{t("share.text")}</p>
        {error ? <ErrorState compact error={error} onRetry={() => void refetch()} /> : null}
        {data?.length === 0 ? <EmptyState compact title={t("share.none")} /> : null}
        <ul>
          {data?.map((share) => (
            <li key={share.id} className={styles.item}>
              <span className={styles.name}>{share.grantee.label}</span>
              <span className={styles.muted}>{t(`share.kind_${share.grantee_kind}`)}</span>
              <span className={styles.muted}>{t(share.can_write ? "share.write" : "share.read")}</span>
              <span className={styles.muted}>
                {share.expires_at
                  ? t("share.until_date", { date: share.expires_at.slice(0, 10) })
                  : t("share.no_end")}
              </span>
              <Button
                type="text"
                size="small"
                disabled={busy}
                aria-label={t("share.end", { name: share.grantee.label ?? "" })}
                icon={<Trash2 size={14} aria-hidden />}
                onClick={() => void act(() => api.delete(path, { id: share.id }))}
              />
            </li>
          ))}
        </ul>
        <div className={styles.add}>
          <select
            className={barStyles.native}
            aria-label={t("share.with")}
            value={kind}
            onChange={(event) => {
              setKind(event.target.value as GranteeKind);
              setGrantee(null);
            }}
          >
            {KINDS.map((one) => (
              <option key={one.kind} value={one.kind}>
                {t(`share.kind_${one.kind}`)}
              </option>
            ))}
          </select>
          <FieldRow
            key={kind}
            field={field}
            idPrefix={idPrefix}
            value={grantee}
            values={{}}
            onChange={setGrantee}
          />
          <FieldRow field={untilField} idPrefix={idPrefix} value={until} values={{}} onChange={setUntil} />
          <label className={barStyles.tick}>
            <input
              type="checkbox"
              checked={canWrite}
              onChange={(event) => setCanWrite(event.target.checked)}
            />
            {t("share.may_write")}
          </label>
          <Button type="primary" disabled={!grantee} loading={busy} onClick={() => void add()}>
            {t("share.add")}
          </Button>
        </div>
      </div>
    </Modal>
  );
}
