import { useNavigate, useSearch } from "@tanstack/react-router";
import { ChevronLeft } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useT } from "@/i18n/index";
import { useIsPhone } from "@/kit/use-is-phone";
import styles from "./master-detail.module.css";

export type MasterItem = { id: string; label: string; sub?: string | null };

type MasterDetailProps = {
  label: string;
  items: MasterItem[];
  extra?: ReactNode;
  children: (id: string) => ReactNode;
};

/** A list and the thing chosen from it; a phone shows one at a time. The choice is in the address. */
export function MasterDetail({ label, items, extra, children }: MasterDetailProps) {
  const t = useT("admin");
  const phone = useIsPhone();
  const navigate = useNavigate();
  const search: { id?: string } = useSearch({ strict: false });
  const [typed, setTyped] = useState("");
  const id = search.id ?? (phone ? undefined : items[0]?.id);
  const shown = items.filter((item) =>
    `${item.label} ${item.sub ?? ""}`.toLowerCase().includes(typed.toLowerCase()),
  );
  const choose = (next: string | undefined) => void navigate({ to: ".", search: { id: next } as never });

  const list = (
    <div className={styles.list}>
      {items.length > 8 ? (
        <input
          type="search"
          className={styles.search}
          aria-label={t("find")}
          placeholder={t("find")}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
      ) : null}
      <ul aria-label={label}>
        {shown.map((item) => (
          <li key={item.id}>
            <button
              type="button"
              className={`${styles.item} ${item.id === id ? styles.current : ""}`}
              aria-current={item.id === id ? "true" : undefined}
              onClick={() => choose(item.id)}
            >
              <span>{item.label}</span>
              {item.sub ? <small>{item.sub}</small> : null}
            </button>
          </li>
        ))}
      </ul>
      {extra}
    </div>
  );
  if (phone) {
    if (!id) return list;
    return (
      <div>
        <button type="button" className={styles.back} onClick={() => choose(undefined)}>
          <ChevronLeft size={18} aria-hidden />
          {label}
        </button>
        {children(id)}
      </div>
    );
  }
  return (
    <div className={styles.pair}>
      {list}
      <div className={styles.detail}>{id ? children(id) : null}</div>
    </div>
  );
}
