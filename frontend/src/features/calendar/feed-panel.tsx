import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { useState } from "react";
import { api } from "@/api/client";
import { useT } from "@/i18n/index";
import { ConfirmButton } from "@/kit/confirm-button";
import { DateTime } from "@/kit/date-time";
import { SidePanel } from "@/kit/side-panel";
import { SkeletonRows } from "@/kit/skeleton";
import { ErrorState } from "@/kit/states";
import { useMessage } from "@/kit/use-message";
import styles from "./calendar.module.css";
import type { Feed, NewFeed } from "./queries";

const KEY = ["calendar-feeds"];

/** Secret addresses for other calendars: made, copied once, revoked. */
export function FeedPanel({ onClose }: { onClose: () => void }) {
  const t = useT("calendar");
  const client = useQueryClient();
  const message = useMessage();
  const [made, setMade] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const feeds = useQuery({
    queryKey: KEY,
    queryFn: async ({ signal }) =>
      (await api.get<{ items: Feed[] }>("/me/calendar-feeds", { signal })).data.items,
  });
  const reload = () => void client.invalidateQueries({ queryKey: KEY });

  async function make() {
    setBusy(true);
    try {
      const { data } = await api.post<NewFeed>("/me/calendar-feeds", { name: t("feed.default") });
      setMade(new URL(data.path, window.location.origin).href);
      reload();
    } catch (error) {
      message.error(error);
    }
    setBusy(false);
  }

  async function revoke(feed: Feed) {
    try {
      await api.delete(`/me/calendar-feeds/${feed.id}`);
      message.success(t("feed.revoked"));
      reload();
    } catch (error) {
      message.error(error);
    }
  }

  async function copy(text: string) {
    try {
      await navigator.clipboard.writeText(text);
      message.success(t("feed.copied"));
    } catch {
      message.info(t("feed.copyYourself"));
    }
  }

  return (
    <SidePanel open onClose={onClose} title={t("feed.title")} width={560}>
      <div className={styles.feed}>
        <p>{t("feed.text")}</p>
        {made ? (
          <div className={styles.made} role="status">
            <p>{t("feed.once")}</p>
            <input
              readOnly
              value={made}
              aria-label={t("feed.address")}
              onFocus={(event) => event.target.select()}
            />
            <Button onClick={() => void copy(made)}>{t("feed.copy")}</Button>
          </div>
        ) : (
          <Button type="primary" loading={busy} onClick={() => void make()}>
            {t("feed.make")}
          </Button>
        )}
        {feeds.isPending ? <SkeletonRows rows={2} /> : null}
        {feeds.isError ? (
          <ErrorState compact error={feeds.error} onRetry={() => void feeds.refetch()} />
        ) : null}
        <ul className={styles.feeds}>
          {(feeds.data ?? []).map((feed) => (
            <li key={feed.id}>
              <span>
                {feed.name || t("feed.default")}
                <small>
                  {t("feed.since")} <DateTime value={feed.created_at} kind="smart" />
                  {" · "}
                  {feed.read_at ? (
                    <>
                      {t("feed.read")} <DateTime value={feed.read_at} kind="smart" />
                    </>
                  ) : (
                    t("feed.neverRead")
                  )}
                </small>
              </span>
              <ConfirmButton size="small" onConfirm={() => void revoke(feed)}>
                {t("feed.revoke")}
              </ConfirmButton>
            </li>
          ))}
        </ul>
      </div>
    </SidePanel>
  );
}
