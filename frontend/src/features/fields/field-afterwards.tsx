import { Button } from "antd";
import { useState } from "react";
import { ApiError, api } from "@/api/client";
import { useT } from "@/i18n/index";
import { ConfirmButton } from "@/kit/confirm-button";
import { useMessage } from "@/kit/use-message";
import type { Definition, FieldsOf } from "./definition";
import { History } from "./history";
import styles from "./panel.module.css";
import { pathOf, useRefresh } from "./queries";
import { SearchMark } from "./search-mark";

type FieldAfterwardsProps = { of: FieldsOf; definition: Definition; onGone: () => void };

/** What is done with a field that exists: its index, its past, and taking it away. */
export function FieldAfterwards({ of, definition, onGone }: FieldAfterwardsProps) {
  const t = useT("fields");
  const message = useMessage();
  const refresh = useRefresh(of.object);
  const [inUse, setInUse] = useState<string[]>([]);
  // The list is read on while an index is built; the panel shows the newest state.
  const now = of.items.find((item) => item.key === definition.key) ?? definition;
  const state = now.index?.state ?? "none";
  async function run(work: () => Promise<unknown>) {
    try {
      await work();
    } catch (error) {
      message.error(error);
    }
    await refresh();
  }
  async function remove() {
    try {
      await api.post(`${pathOf(definition)}/deactivate`, {});
      message.success(t("taken_away"));
      await refresh();
      onGone();
    } catch (error) {
      if (error instanceof ApiError && error.status === 409) {
        setInUse(error.errors.map((one) => one.message));
      } else message.error(error);
    }
  }
  return (
    <div className={styles.after}>
      {now.index ? (
        <div className={styles.line}>
          <span className={styles.words}>
            {t(`index_${state}`)}
            <small className={styles.hint}>
              {" "}
              {now.index.error || t(now.unique ? "index_unique" : "index_hint")}
            </small>
          </span>
          {(state === "ready" || state === "failed") && !now.unique ? (
            <Button
              size="small"
              onClick={() => void run(() => api.post(`${pathOf(definition)}/unindex`, {}))}
            >
              {t("unindex")}
            </Button>
          ) : null}
          {state === "none" || state === "failed" ? (
            <Button size="small" onClick={() => void run(() => api.post(`${pathOf(definition)}/index`, {}))}>
              {t("index")}
            </Button>
          ) : null}
        </div>
      ) : null}
      {now.search && now.search.state !== "none" ? (
        <p className={styles.hint} role="status">
          <SearchMark search={now.search} />
        </p>
      ) : null}
      <History path={pathOf(definition)} object={of.object} onReverted={onGone} />
      <div className={styles.line}>
        <span className={`${styles.words} ${styles.hint}`}>{t("take_away_hint")}</span>
        <ConfirmButton size="small" danger onConfirm={remove}>
          {t("take_away")}
        </ConfirmButton>
      </div>
      {inUse.length > 0 ? (
        <ul className={styles.problem} role="alert">
          {inUse.map((words) => (
            <li key={words}>{words}</li>
          ))}
        </ul>
      ) : null}
    </div>
  );
}
