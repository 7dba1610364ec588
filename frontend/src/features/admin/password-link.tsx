import { Button } from "antd";
import { useState } from "react";
import { api } from "@/api/client";
import { useT } from "@/i18n/index";
import { DateTime } from "@/kit/date-time";
import { useMessage } from "@/kit/use-message";
import styles from "./admin.module.css";

type Link = { url: string; until: string };

/** A link by which the person chooses a password himself: an invitation, or instead of a forgotten one. */
export function PasswordLink({ id }: { id: string }) {
  const t = useT("admin");
  const message = useMessage();
  const [link, setLink] = useState<Link | null>(null);
  const [busy, setBusy] = useState(false);

  async function make() {
    setBusy(true);
    try {
      setLink((await api.post<Link>(`/users/${id}/password-link`, {})).data);
    } catch (error) {
      message.error(error);
    }
    setBusy(false);
  }

  async function copy(text: string) {
    await navigator.clipboard.writeText(text);
    message.success(t("users.linkCopied"));
  }

  if (!link) {
    return (
      <Button onClick={() => void make()} loading={busy}>
        {t("users.link")}
      </Button>
    );
  }
  return (
    <div className={styles.secret} role="status">
      {t("users.linkMade")} <DateTime value={link.until} kind="smart" />
      <code>{link.url}</code>
      <span>
        <Button size="small" onClick={() => void copy(link.url)}>
          {t("users.linkCopy")}
        </Button>
      </span>
    </div>
  );
}
