import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Switch } from "antd";
import { api } from "@/api/client";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { SkeletonRows } from "@/kit/skeleton";
import { ErrorState } from "@/kit/states";
import { useMessage } from "@/kit/use-message";
import styles from "./me.module.css";

type Choice = { kind: string; label: string; in_page: boolean };

const key = ["me", "notifications"];

/** Which messages one wants. What is switched off does not come at all. */
export function NotificationsCard() {
  const t = useT("me");
  const client = useQueryClient();
  const message = useMessage();
  const choices = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) =>
      (await api.get<{ items: Choice[] }>("/me/notifications", { signal })).data.items,
  });

  async function choose(choice: Choice, on: boolean) {
    client.setQueryData<Choice[]>(key, (before) =>
      before?.map((one) => (one.kind === choice.kind ? { ...one, in_page: on } : one)),
    );
    try {
      await api.put(`/me/notifications/${choice.kind}`, { in_page: on });
    } catch (error) {
      message.error(error);
      await client.invalidateQueries({ queryKey: key });
    }
  }

  return (
    <Card title={<span id="notifications">{t("notifications.title")}</span>} flush>
      <p className={styles.lead}>{t("notifications.lead")}</p>
      {choices.isPending ? <SkeletonRows rows={5} /> : null}
      {choices.isError ? <ErrorState error={choices.error} onRetry={() => void choices.refetch()} /> : null}
      <ul className={styles.choices}>
        {choices.data?.map((choice) => (
          <li key={choice.kind}>
            <span>{choice.label}</span>
            <Switch
              aria-label={choice.label}
              checked={choice.in_page}
              onChange={(on) => void choose(choice, on)}
            />
          </li>
        ))}
      </ul>
    </Card>
  );
}
