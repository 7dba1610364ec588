import { useQuery, useQueryClient } from "@tanstack/react-query";
import { Switch } from "antd";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { Card } from "@/kit/card";
import { keepRecords, keepsRecords } from "@/kit/offline";
import { useWaiting } from "@/kit/use-waiting";
import styles from "./me.module.css";

const KEY = ["device", "keeps-records"];

/** What this browser keeps for when there is no network: nothing, unless the person says so. */
export function DeviceCard() {
  const t = useT("me");
  const client = useQueryClient();
  const waiting = useWaiting().length;
  const { data: kept } = useQuery({ queryKey: KEY, queryFn: keepsRecords, networkMode: "always" });
  return (
    <Card title={t("device.title")}>
      {kept === null ? (
        <p className={styles.hint}>{t("device.impossible")}</p>
      ) : (
        // biome-ignore lint/a11y/noLabelWithoutControl: the switch is inside
        <label className={styles.choice}>
          <Switch
            aria-label={t("device.keep")}
            checked={kept ?? false}
            onChange={(on) => void keepRecords(on).then(() => client.setQueryData(KEY, on))}
          />
          <span>
            {t("device.keep")}
            <span className={styles.hint}>{t("device.keepHelp")}</span>
          </span>
        </label>
      )}
      {waiting > 0 ? (
        <p>
          <AppLink path="/outbox">
            {t("device.waiting")} ({waiting})
          </AppLink>
        </p>
      ) : null}
    </Card>
  );
}
