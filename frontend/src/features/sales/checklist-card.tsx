import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import { useT } from "@/i18n/index";
import { DateTime } from "@/kit/date-time";
import { useMessage } from "@/kit/use-message";
import type { AsideProps } from "@/objects/slots";
import styles from "./sales.module.css";

type Item = {
  id: string;
  label: string;
  required: boolean;
  done: boolean;
  by: { id: string; label: string | null } | null;
  at: string | null;
};
type Checklist = { stage: { id: string; label: string }; guidance: string; items: Item[]; can_tick: boolean };

/** What the stage an opportunity is in advises and asks for; ticked here or when the stage is left. */
export function ChecklistCard({ record }: AsideProps) {
  const t = useT("sales");
  const client = useQueryClient();
  const message = useMessage();
  const path = `/opportunities/${record.id}/checklist`;
  const key = ["checklist", record.id, record.version];
  const { data } = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) => (await api.get<Checklist>(path, { signal })).data,
  });
  const tick = useMutation({
    mutationFn: async ({ id, done }: { id: string; done: boolean }) =>
      (await api.put<Checklist>(`${path}/${id}`, { done })).data,
    onSuccess: (after) => client.setQueryData(key, after),
    onError: message.error,
  });
  if (!data || (!data.guidance && data.items.length === 0)) return null;
  return (
    <section className={styles.card}>
      <h2 className={styles.head}>{t("checklist.title", { stage: data.stage.label })}</h2>
      {data.guidance ? <p className={styles.said}>{data.guidance}</p> : null}
      {data.items.length > 0 ? (
        <ul className={styles.list}>
          {data.items.map((item) => (
            <li key={item.id}>
              <label className={styles.tick}>
                <input
                  type="checkbox"
                  checked={item.done}
                  disabled={!data.can_tick || tick.isPending}
                  onChange={(event) => tick.mutate({ id: item.id, done: event.target.checked })}
                />
                <span>
                  {item.label}
                  {item.required ? null : <small>{t("checklist.optional")}</small>}
                  {item.done && item.at ? (
                    <small>
                      {item.by?.label} <DateTime value={item.at} kind="smart" />
                    </small>
                  ) : null}
                </span>
              </label>
            </li>
          ))}
        </ul>
      ) : null}
    </section>
  );
}
