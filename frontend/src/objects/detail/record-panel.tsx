import { useNavigate } from "@tanstack/react-router";
import { Maximize2 } from "lucide-react";
import { SidePanel } from "@/kit/side-panel";
import { SkeletonPage } from "@/kit/skeleton";
import { ErrorState } from "@/kit/states";
import { useMeta } from "../data/meta";
import { useRecord } from "../data/records";
import { useFormat } from "../fields/use-format";
import styles from "./detail.module.css";
import { NeighbourButtons } from "./neighbour-buttons";
import { RecordView } from "./record-view";

type RecordPanelProps = {
  object: string;
  id: string;
  deleted?: boolean;
  onMove: (id: string) => void;
  onClose: () => void;
};

/** The record beside its list: the list stays in sight and keeps its place. */
export function RecordPanel({ object, id, deleted, onMove, onClose }: RecordPanelProps) {
  const { t } = useFormat();
  const navigate = useNavigate();
  const { data: meta } = useMeta(object);
  const { data, error, refetch } = useRecord(object, id, deleted ?? false);
  return (
    <SidePanel
      open
      onClose={onClose}
      title={meta?.label ?? ""}
      width={Math.min(960, Math.round(window.innerWidth * 0.7))}
      extra={
        <span className={styles.crumb}>
          <span />
          <NeighbourButtons object={object} id={id} onMove={onMove} />
          <button
            type="button"
            className={styles.icon}
            aria-label={t("detail.full_page")}
            title={t("detail.full_page")}
            onClick={() => void navigate({ to: `/${object}/${id}` as string })}
          >
            <Maximize2 size={15} aria-hidden />
          </button>
        </span>
      }
    >
      {error && !data ? <ErrorState compact error={error} onRetry={() => void refetch()} /> : null}
      {meta && data ? (
        <RecordView key={id} meta={meta} record={data.record} onGone={onClose} />
      ) : error ? null : (
        <SkeletonPage />
      )}
    </SidePanel>
  );
}
