import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { type FormEvent, useState } from "react";
import { api } from "@/api/client";
import { useT } from "@/i18n/index";
import { DateTime } from "@/kit/date-time";
import { useMessage } from "@/kit/use-message";
import { type Comment, KEY } from "./queries";
import styles from "./reports.module.css";

/** What was said to a report, and a line to answer. */
export function CommentList({ report }: { report: string }) {
  const { data: items = [] } = useQuery({
    queryKey: [KEY, "comments", report],
    queryFn: async ({ signal }) =>
      (await api.get<{ items: Comment[] }>(`/reports/${report}/comments`, { signal })).data.items,
  });
  return <Comments report={report} items={items} />;
}

export function Comments({ report, items, quiet }: { report: string; items: Comment[]; quiet?: boolean }) {
  const t = useT("reports");
  const client = useQueryClient();
  const message = useMessage();
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  async function send(event: FormEvent) {
    event.preventDefault();
    if (!text.trim()) return;
    setBusy(true);
    try {
      await api.post(`/reports/${report}/comments`, { text: text.trim() });
      setText("");
      await client.invalidateQueries({ queryKey: [KEY] });
    } catch (error) {
      message.error(error);
    }
    setBusy(false);
  }
  return (
    <div className={styles.comments}>
      <ul>
        {items.map((comment) => (
          <li key={comment.id}>
            <strong>{comment.author.label}</strong> <DateTime value={comment.at} kind="smart" />
            <p>{comment.text}</p>
          </li>
        ))}
      </ul>
      <form onSubmit={(event) => void send(event)}>
        <input
          aria-label={t("comment")}
          placeholder={t(quiet ? "commentTeam" : "comment")}
          maxLength={2000}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <Button htmlType="submit" loading={busy} disabled={!text.trim()}>
          {t("send")}
        </Button>
      </form>
    </div>
  );
}
