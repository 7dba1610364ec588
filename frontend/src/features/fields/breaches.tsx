import { useQuery } from "@tanstack/react-query";
import { api } from "@/api/client";
import type { Ref } from "@/api/types";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import type { Definition } from "./definition";
import styles from "./panel.module.css";
import { pathOf } from "./queries";

type Rule = "required" | "unique" | "bounds";
type Answer = { count: number; items: (Ref & { value: unknown })[]; next_cursor: string | null };

const SHOWN = 10;

/** The records that would not meet the rule: they stay as they are until somebody edits them. */
export function Breaches({ definition, rule }: { definition: Definition; rule: Rule }) {
  const t = useT("fields");
  const { data } = useQuery({
    queryKey: ["admin", "custom", "breaches", definition.object, definition.key, rule],
    queryFn: async ({ signal }) =>
      (await api.get<Answer>(`${pathOf(definition)}/breaches`, { query: { rule }, signal })).data,
    retry: false,
  });
  if (!data || data.count === 0) return null;
  return (
    <details className={styles.breaches}>
      <summary>{t(`breaches_${rule}`, { count: data.count })}</summary>
      <ul>
        {data.items.slice(0, SHOWN).map((item) => (
          <li key={item.id}>
            <AppLink path={`/${definition.object}/${item.id}`}>{item.label ?? item.id}</AppLink>
            {rule === "required" ? null : <span className={styles.hint}>{String(item.value ?? "")}</span>}
          </li>
        ))}
      </ul>
      {data.count > SHOWN ? (
        <p className={styles.hint}>{t("breaches_more", { count: data.count - SHOWN })}</p>
      ) : null}
    </details>
  );
}
