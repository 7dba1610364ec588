import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { useT } from "@/i18n/index";
import { Card } from "@/kit/card";
import { PageHeader } from "@/kit/page-header";
import { SkeletonRows } from "@/kit/skeleton";
import { ErrorState } from "@/kit/states";
import { useMessage } from "@/kit/use-message";
import styles from "./guide.module.css";
import { GuideStep } from "./guide-step";
import { GuideProgress } from "./progress";
import { guideQuery, useGuideWrites } from "./queries";

/** What an empty company still needs, in order; each step leads to its page. */
export function GuidePage() {
  const t = useT("guide");
  const message = useMessage();
  const guide = useQuery(guideQuery);
  const { say, hide } = useGuideWrites();
  const data = guide.data;
  const next = data?.items.find((step) => !step.done);
  return (
    <div className={styles.page}>
      <PageHeader
        title={t("home")}
        sub={data && data.done === data.total ? t("done") : t("sub")}
        actions={
          data && data.done < data.total ? (
            <Button loading={hide.isPending} onClick={() => hide.mutate(!data.hidden)}>
              {t(data.hidden ? "show" : "hide")}
            </Button>
          ) : null
        }
      />
      {guide.isPending ? <SkeletonRows rows={8} /> : null}
      {guide.isError ? <ErrorState error={guide.error} onRetry={() => void guide.refetch()} /> : null}
      {data ? (
        <>
          <GuideProgress guide={data} />
          <Card flush>
            <ol className={styles.steps}>
              {data.items.map((step, at) => (
                <GuideStep
                  key={step.code}
                  number={at + 1}
                  step={step}
                  next={step === next}
                  busy={say.isPending && say.variables.code === step.code}
                  onSay={(done) => say.mutate({ code: step.code, done }, { onError: message.error })}
                />
              ))}
            </ol>
          </Card>
        </>
      ) : null}
    </div>
  );
}
