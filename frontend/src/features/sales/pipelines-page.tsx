import { useQuery } from "@tanstack/react-query";
import { Button } from "antd";
import { requestCreate } from "@/access/create-request";
import type { Row } from "@/api/types";
import { useLocale, useT } from "@/i18n/index";
import { AppLink } from "@/kit/app-link";
import { Card } from "@/kit/card";
import { PageHeader } from "@/kit/page-header";
import { SkeletonRows } from "@/kit/skeleton";
import { ErrorState } from "@/kit/states";
import { allOf, ListState, MasterDetail, nameOf, useSectionTitle } from "../admin/public";
import { GateEditor } from "./gate-editor";
import styles from "./sales.module.css";

/** Pipelines with their stages, and what each stage asks for (SAL-2, SAL-18). */
export function PipelinesPage() {
  const t = useT("sales");
  const locale = useLocale();
  const title = useSectionTitle("pipelines");
  const pipelines = useQuery(allOf("pipelines"));
  return (
    <>
      <PageHeader
        title={title}
        sub={t("pipelines.sub")}
        actions={<Button onClick={() => requestCreate("pipelines")}>{t("pipelines.create")}</Button>}
      />
      <ListState query={pipelines} object="pipelines">
        {(rows) => (
          <MasterDetail
            label={title}
            items={rows.map((row) => ({
              id: row.id,
              label: nameOf(row, locale),
              sub: row.active ? null : t("pipelines.off"),
            }))}
          >
            {(id) => {
              const pipeline = rows.find((row) => row.id === id);
              return pipeline ? (
                <Stages key={id} pipeline={pipeline} name={nameOf(pipeline, locale)} />
              ) : null;
            }}
          </MasterDetail>
        )}
      </ListState>
    </>
  );
}

function Stages({ pipeline, name }: { pipeline: Row; name: string }) {
  const t = useT("sales");
  const locale = useLocale();
  const stages = useQuery(allOf("stages"));
  if (stages.isPending) return <SkeletonRows rows={5} />;
  if (stages.isError) return <ErrorState error={stages.error} onRetry={() => void stages.refetch()} />;
  const own = stages.data.filter((row) => (row.pipeline as { id: string } | null)?.id === pipeline.id);
  return (
    <div className={styles.stack}>
      <Card
        title={name}
        extra={
          <span className={styles.tools}>
            <AppLink path={`/pipelines/${pipeline.id}`}>{t("pipelines.edit")}</AppLink>
          </span>
        }
      >
        <p className={styles.said}>{t("pipelines.how")}</p>
      </Card>
      {own.map((stage) => (
        <div key={stage.id} className={styles.stack}>
          <GateEditor stage={stage.id} name={nameOf(stage, locale)} kind={String(stage.kind)} />
        </div>
      ))}
    </div>
  );
}
