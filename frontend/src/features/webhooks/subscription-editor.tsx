import { Button } from "antd";
import { Filter as FilterIcon } from "lucide-react";
import { useState } from "react";
import { useT } from "@/i18n/index";
import { useMeta } from "@/objects/data/meta";
import { AdvancedFilter } from "@/objects/list/advanced-filter";
import { FilterText } from "@/objects/list/filter-text";
import type { EventKind, Subscription } from "./queries";
import styles from "./webhooks.module.css";

type SubscriptionEditorProps = {
  kind: EventKind;
  value: Subscription | null;
  onChange: (value: Subscription | null) => void;
};

/** One kind of record: whether at all, which events (none ticked: all), under which conditions. */
export function SubscriptionEditor({ kind, value, onChange }: SubscriptionEditorProps) {
  const t = useT("webhooks");
  const [filtering, setFiltering] = useState(false);
  const meta = useMeta(value ? kind.object : null);
  const toggle = (key: string) => {
    if (!value) return;
    const events = value.events.includes(key)
      ? value.events.filter((one) => one !== key)
      : [...value.events, key];
    onChange({ ...value, events });
  };
  return (
    <div className={styles.kind}>
      <label className={styles.check}>
        <input
          type="checkbox"
          checked={value !== null}
          onChange={(event) =>
            onChange(event.target.checked ? { object: kind.object, events: [], filter: null } : null)
          }
        />
        <strong>{kind.label}</strong>
      </label>
      {value ? (
        <div className={styles.events}>
          <label className={styles.check}>
            <input
              type="checkbox"
              checked={value.events.length === 0}
              onChange={() => onChange({ ...value, events: [] })}
            />
            {t("everyEvent")}
          </label>
          {kind.events.map((event) => (
            <label key={event.key} className={styles.check}>
              <input
                type="checkbox"
                checked={value.events.includes(event.key)}
                onChange={() => toggle(event.key)}
              />
              {event.label}
            </label>
          ))}
          <Button
            size="small"
            type="text"
            icon={<FilterIcon size={14} aria-hidden />}
            onClick={() => setFiltering(true)}
          >
            {value.filter && meta.data ? (
              <FilterText meta={meta.data} filter={value.filter} />
            ) : (
              t("addFilter")
            )}
          </Button>
          {filtering && meta.data ? (
            <AdvancedFilter
              meta={meta.data}
              filter={value.filter}
              onChange={(filter) => onChange({ ...value, filter })}
              onClose={() => setFiltering(false)}
            />
          ) : null}
        </div>
      ) : null}
    </div>
  );
}
