import { useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "@/api/client";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { SkeletonRows } from "@/kit/skeleton";
import { ErrorState } from "@/kit/states";
import { useMessage } from "@/kit/use-message";
import { mailboxQuery } from "./mailbox";
import styles from "./me.module.css";

type Choice = { kind: string; label: string; in_page: boolean; channels: string[] };
type Way = "page" | "mail" | "none";

const key = ["me", "notifications"];
const WAYS: Way[] = ["page", "mail", "none"];

function wayOf(choice: Choice): Way {
  if (!choice.in_page) return "none";
  return choice.channels.includes("mail") ? "mail" : "page";
}

/** How each kind of message comes: in the page, by mail too, or not at all. */
export function NotificationsCard() {
  const t = useT("me");
  const client = useQueryClient();
  const message = useMessage();
  const mailbox = useQuery(mailboxQuery).data;
  const choices = useQuery({
    queryKey: key,
    queryFn: async ({ signal }) =>
      (await api.get<{ items: Choice[] }>("/me/notifications", { signal })).data.items,
  });
  const mails = mailbox?.available && mailbox.confirmed;

  async function choose(choice: Choice, way: Way) {
    const body = { in_page: way !== "none", channels: way === "mail" ? ["mail"] : [] };
    client.setQueryData<Choice[]>(key, (before) =>
      before?.map((one) => (one.kind === choice.kind ? { ...one, ...body } : one)),
    );
    try {
      await api.put(`/me/notifications/${choice.kind}`, body);
    } catch (error) {
      message.error(error);
      await client.invalidateQueries({ queryKey: key });
    }
  }

  return (
    <Card title={<span id="notifications">{t("notifications.title")}</span>} flush>
      <p className={styles.lead}>
        {t("notifications.lead")} {mails ? "" : t("notifications.noMail")}
      </p>
      {choices.isPending ? <SkeletonRows rows={5} /> : null}
      {choices.isError ? <ErrorState error={choices.error} onRetry={() => void choices.refetch()} /> : null}
      <ul className={styles.choices}>
        {choices.data?.map((choice) => (
          <li key={choice.kind}>
            <span>{choice.label}</span>
            <select
              className={styles.way}
              aria-label={choice.label}
              value={wayOf(choice)}
              onChange={(event) => void choose(choice, event.target.value as Way)}
            >
              {WAYS.map((way) => (
                <option key={way} value={way} disabled={way === "mail" && !mails}>
                  {t(`notifications.${way}`)}
                </option>
              ))}
            </select>
          </li>
        ))}
      </ul>
    </Card>
  );
}
