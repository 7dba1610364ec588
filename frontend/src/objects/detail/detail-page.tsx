import { Link, useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";
import { SkeletonPage } from "@/kit/skeleton";
import { ErrorState } from "@/kit/states";
import { useMessage } from "@/kit/use-message";
import { useMeta } from "../data/meta";
import { useRecord } from "../data/records";
import { useFormat } from "../fields/use-format";
import { titleOf } from "../model/meta";
import { placeOf } from "../model/neighbours";
import { decodeListState, encodeListState } from "../model/view-state";
import styles from "./detail.module.css";
import { NeighbourButtons } from "./neighbour-buttons";
import { RecordView } from "./record-view";

export function ObjectDetailPage({ object, id }: { object: string; id: string }) {
  const navigate = useNavigate();
  const { data: meta, error: metaError, refetch: refetchMeta } = useMeta(object);
  const { data, error, refetch } = useRecord(object, id);
  const { t } = useFormat();
  const message = useMessage();
  const other = data && data.record.id !== id ? data.record : null;
  useEffect(() => {
    if (!other || !meta) return;
    message.success(t("merge.from", { title: titleOf(meta, other) }));
    void navigate({ to: `/${object}/${other.id}` as string, replace: true });
  }, [other, meta, object, navigate, message, t]);
  if (metaError) return <ErrorState error={metaError} onRetry={() => void refetchMeta()} />;
  if (error && !data) return <ErrorState error={error} onRetry={() => void refetch()} />;
  if (!meta || !data || other) return <SkeletonPage />;
  // Back to the list as it was left: the same view, filter and order.
  const place = placeOf(object);
  const search = place
    ? encodeListState(decodeListState(JSON.parse(place.address) as Record<string, unknown>))
    : {};
  return (
    <div className={styles.page}>
      <nav className={styles.crumb}>
        <span>
          <Link to={`/${object}` as string} search={search as never}>
            {meta.label_plural}
          </Link>
        </span>
        <NeighbourButtons
          object={object}
          id={id}
          onMove={(next) => void navigate({ to: `/${object}/${next}` as string })}
        />
      </nav>
      <RecordView
        key={id}
        meta={meta}
        record={data.record}
        onGone={() => void navigate({ to: `/${object}` as string, search: search as never })}
      />
    </div>
  );
}
