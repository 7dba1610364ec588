import { PhoneCall } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import type { Counter } from "@/api/types";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { Avatar } from "@/kit/avatar";
import { Card } from "@/kit/card";
import { DateTime, formatSmart } from "@/kit/date-time";
import { SkeletonLine } from "@/kit/skeleton";
import { EmptyState } from "@/kit/states";
import type { ContactItem } from "./queries";
import styles from "./rows.module.css";

const FollowUpForm = lazy(() => import("./follow-up-form").then((m) => ({ default: m.FollowUpForm })));

export function ContactsToday({ items, all }: { items: ContactItem[]; all: Counter | undefined }) {
  const t = useT("home");
  const [writing, setWriting] = useState<string | null>(null);
  const [written, setWritten] = useState<ReadonlySet<string>>(new Set());
  const left = items.filter((item) => !written.has(item.id));
  return (
    <Card
      title={t("contacts.title")}
      extra={
        all?.path ? (
          <AppLink path={all.path}>{t("contacts.all", { count: Number(all.value) })}</AppLink>
        ) : null
      }
      flush
    >
      {left.length === 0 ? (
        <EmptyState
          icon={PhoneCall}
          title={t("contacts.empty")}
          text={t("contacts.emptyText")}
          action={<AppLink path="/customers">{t("contacts.next")}</AppLink>}
        />
      ) : (
        <ul>
          {left.map((item) => (
            <li key={item.id}>
              <div className={styles.row}>
                <Avatar name={item.name} size={36} square />
                <div className={styles.words}>
                  <span className={styles.title}>
                    <AppLink path={`/customers/${item.id}`}>{item.name}</AppLink>
                  </span>
                  <span className={styles.sub}>
                    {item.last_contact_at
                      ? t("contacts.lastContact", { at: formatSmart(item.last_contact_at) })
                      : t("contacts.never")}
                  </span>
                </div>
                {item.next_contact_at ? (
                  <span
                    className={`${styles.time} ${new Date(item.next_contact_at) < new Date() ? styles.late : ""}`}
                  >
                    <DateTime value={item.next_contact_at} kind="smart" />
                  </span>
                ) : null}
                {item.phone && !item.phone.includes("*") ? (
                  <a
                    href={`tel:${item.phone}`}
                    className={styles.call}
                    aria-label={t("contacts.call", { phone: item.phone })}
                    title={t("contacts.call", { phone: item.phone })}
                  >
                    <PhoneCall size={16} aria-hidden />
                  </a>
                ) : null}
                <button
                  type="button"
                  className={styles.quick}
                  aria-expanded={writing === item.id}
                  aria-label={t("contacts.writeFor", { name: item.name })}
                  onClick={() => setWriting(writing === item.id ? null : item.id)}
                >
                  {t("contacts.write")}
                </button>
              </div>
              {writing === item.id ? (
                <Suspense fallback={<SkeletonLine height={96} />}>
                  <FollowUpForm
                    item={item}
                    onClose={() => setWriting(null)}
                    onDone={() => {
                      setWriting(null);
                      setWritten(new Set([...written, item.id]));
                    }}
                  />
                </Suspense>
              ) : null}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
