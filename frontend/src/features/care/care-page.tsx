import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import { Button } from "antd";
import { CakeSlice, Check, PhoneCall } from "lucide-react";
import { useState } from "react";
import { api, newIdempotencyKey } from "@/api/client";
import type { Id, Ref } from "@/api/types";
import { TeamInstead, useWhose, WhoseSelect } from "@/features/worklist/public";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { Avatar } from "@/kit/avatar";
import { Card } from "@/kit/card";
import { formatDate } from "@/kit/date-time";
import { PageHeader } from "@/kit/page-header";
import { SkeletonRows } from "@/kit/skeleton";
import { EmptyState, ErrorState } from "@/kit/states";
import { StateTag } from "@/kit/tag";
import { useMessage } from "@/kit/use-message";
import styles from "./care.module.css";

type Item = {
  contact: {
    id: Id;
    name: string;
    title?: string;
    phone?: string | null;
    customer?: Ref | null;
    anniversary_note?: string;
    preferred_channel?: string | null;
  };
  occasion: "birthday" | "anniversary" | "holiday";
  day: string;
  done: boolean;
  texts: { name: string; text: string }[];
};
type Care = { first: string; last: string; items: Item[]; more: boolean };

/** Whom to greet this week, with the words ready; a greeting sent is written down with one click. */
export function CarePage() {
  const t = useT("care");
  const { whose } = useWhose();
  const care = useQuery({
    queryKey: ["care", whose.person ?? "", whose.team],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) =>
      (
        await api.get<Care>("/care", {
          query: { person: whose.person, team: whose.team || undefined },
          signal,
        })
      ).data,
  });
  return (
    <div className={styles.page}>
      <PageHeader
        title={t("title")}
        sub={
          care.data
            ? t("span", { first: formatDate(care.data.first), last: formatDate(care.data.last) })
            : t("sub")
        }
        actions={<WhoseSelect />}
      />
      {care.isPending ? <SkeletonRows rows={6} /> : null}
      {care.isError ? <ErrorState error={care.error} onRetry={() => void care.refetch()} /> : null}
      {care.data && care.data.items.length === 0 ? (
        <EmptyState
          icon={CakeSlice}
          title={t("empty")}
          text={t("emptyText")}
          action={
            <>
              <TeamInstead />
              <AppLink path="/contacts">{t("contacts")}</AppLink>
            </>
          }
        />
      ) : null}
      {care.data && care.data.items.length > 0 ? (
        <Card flush>
          <ul className={styles.list}>
            {care.data.items.map((item) => (
              <CareItem key={`${item.contact.id}${item.occasion}${item.day}`} item={item} />
            ))}
          </ul>
        </Card>
      ) : null}
    </div>
  );
}

function CareItem({ item }: { item: Item }) {
  const t = useT("care");
  const client = useQueryClient();
  const message = useMessage();
  const [text, setText] = useState(item.texts[0]?.text ?? "");
  const [busy, setBusy] = useState(false);
  const { contact } = item;
  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      message.success(t("copied"));
    } catch {
      message.info(t("copyYourself"));
    }
  }
  async function record() {
    setBusy(true);
    try {
      const body = {
        customer: contact.customer?.id,
        contact: contact.id,
        content: text.trim() || t(`occasion_${item.occasion}`),
        channel: contact.preferred_channel || "wechat",
        occasion: item.occasion,
      };
      await api.post("/interactions", body, { idempotencyKey: newIdempotencyKey() });
      message.success(t("recorded", { name: contact.name }));
      for (const key of ["care", "worklist", "home"]) void client.invalidateQueries({ queryKey: [key] });
    } catch (error) {
      message.error(error);
    }
    setBusy(false);
  }
  return (
    <li className={styles.item}>
      <Avatar name={contact.name} size={36} />
      <div className={styles.words}>
        <p className={styles.head}>
          <AppLink path={`/contacts/${contact.id}`}>{contact.name}</AppLink>
          <StateTag tone="accent">
            {t(`occasion_${item.occasion}`)} {formatDate(item.day)}
          </StateTag>
          {item.done ? (
            <span className={styles.done}>
              <Check size={14} aria-hidden /> {t("done")}
            </span>
          ) : null}
        </p>
        <p className={styles.sub}>
          {contact.customer?.label ? (
            <AppLink path={`/customers/${contact.customer.id}`}>{contact.customer.label}</AppLink>
          ) : null}
          {[contact.title, item.occasion === "anniversary" ? contact.anniversary_note : ""]
            .filter(Boolean)
            .map((word) => ` · ${word}`)}
        </p>
        {item.done ? null : (
          <>
            <textarea
              rows={2}
              aria-label={t("text", { name: contact.name })}
              placeholder={t("noTemplate")}
              value={text}
              onChange={(event) => setText(event.target.value)}
            />
            <div className={styles.acts}>
              {contact.phone && !contact.phone.includes("*") ? (
                <a href={`tel:${contact.phone}`} className={styles.call}>
                  <PhoneCall size={15} aria-hidden /> {contact.phone}
                </a>
              ) : null}
              {item.texts.length > 1 ? (
                <select
                  aria-label={t("template")}
                  onChange={(event) => setText(item.texts[Number(event.target.value)]?.text ?? "")}
                >
                  {item.texts.map((one, index) => (
                    <option key={one.name} value={index}>
                      {one.name}
                    </option>
                  ))}
                </select>
              ) : null}
              <Button onClick={() => void copy()} disabled={!text.trim()}>
                {t("copy")}
              </Button>
              <Button type="primary" loading={busy} onClick={() => void record()}>
                {t("record")}
              </Button>
            </div>
          </>
        )}
      </div>
    </li>
  );
}
