import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { Card } from "@/kit/card";
import styles from "./guide.module.css";
import { GuideProgress } from "./progress";
import { guideQuery, useGuideWrites } from "./queries";

/** On an administrator's home page until the company is set up; nothing while it loads, and nothing when it fails. */
export default function GuideCard() {
  const t = useT("guide");
  const { data: guide } = useQuery(guideQuery);
  const { hide } = useGuideWrites();
  if (!guide || guide.hidden || guide.done === guide.total) return null;
  const next = guide.items.find((step) => !step.done);
  return (
    <Card
      title={t("home")}
      extra={
        <Button type="text" size="small" loading={hide.isPending} onClick={() => hide.mutate(true)}>
          {t("hide")}
        </Button>
      }
    >
      <div className={styles.card}>
        <GuideProgress guide={guide} />
        <span className={styles.next}>
          {next ? <AppLink path={next.path}>{t("homeNext", { label: next.label })}</AppLink> : null}
          <AppLink path="/admin/guide">{t("homeOpen")}</AppLink>
        </span>
      </div>
    </Card>
  );
}
