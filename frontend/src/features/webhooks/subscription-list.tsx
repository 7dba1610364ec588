import { useQuery } from "@tanstack/react-query";
import { comma, useT } from "@/i18n/index";
import { useMeta } from "@/objects/data/meta";
import { FilterText } from "@/objects/list/filter-text";
import { eventsQuery, type Subscription } from "./queries";
import styles from "./webhooks.module.css";

/** What a receiver is told of, in words. */
export function SubscriptionList({ items }: { items: Subscription[] }) {
  return (
    <ul className={styles.told}>
      {items.map((item) => (
        <One key={item.object} item={item} />
      ))}
    </ul>
  );
}

function One({ item }: { item: Subscription }) {
  const t = useT("webhooks");
  const kinds = useQuery(eventsQuery);
  const meta = useMeta(item.filter ? item.object : null);
  const kind = kinds.data?.find((one) => one.object === item.object);
  const words = item.events.map((key) => kind?.events.find((event) => event.key === key)?.label ?? key);
  return (
    <li>
      <strong>{kind?.label ?? item.object}</strong>
      <span>{words.length > 0 ? words.join(comma()) : t("everyEvent")}</span>
      {item.filter && meta.data ? (
        <small>
          {t("only")} <FilterText meta={meta.data} filter={item.filter} />
        </small>
      ) : null}
    </li>
  );
}
